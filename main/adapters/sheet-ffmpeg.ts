import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SheetRequest } from './sheet-browser.ts'

const columns = 4
const cell = { width: 304, height: 304 }

/**
 * The frames of a film on one sheet, in rows of four, by ffmpeg where there is no browser. Its decoders are not those of the
 * wall, and it writes no text: the moments are told beside. Rejects in a sentence if ffmpeg is missing or fails.
 */
export async function drawSheetWithFfmpeg({ path, frames }: SheetRequest): Promise<Uint8Array> {
  const output = join(tmpdir(), `plazacast-sheet-${randomUUID()}.jpg`)
  const inputs = frames.flatMap(({ atSeconds }) => ['-ss', atSeconds.toFixed(3), '-i', path])
  const { width, height } = cell
  const fitted = frames.map(
    (_, index) =>
      `[${index}:v:0]scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1,trim=end_frame=1[f${index}]`,
  )
  const layout = frames.map((_, index) => `${(index % columns) * width}_${Math.floor(index / columns) * height}`)
  const graph = `${fitted.join(';')};${frames.map((_, index) => `[f${index}]`).join('')}xstack=inputs=${frames.length}:layout=${layout.join('|')}`
  try {
    await run(['-v', 'error', '-nostdin', ...inputs, '-filter_complex', graph, '-frames:v', '1', '-q:v', '3', output])
    return await readFile(output)
  } finally {
    await rm(output, { force: true })
  }
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told = `${told}${chunk}`.slice(-500)
  })
  const [code] = await once(child, 'close') // rejects if there is no ffmpeg
  if (code !== 0) throw new Error(`ffmpeg: ${told.trim() || `ended with ${code}`}`)
}
