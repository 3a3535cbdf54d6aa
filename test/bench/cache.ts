// npm run bench:cache: fetching, storing and hashing, beside curl and sha256sum on the same files from the same server.
import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { assetNameOf } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { createUndo, quantile } from './figures.ts'

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '256' },
    files: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '3' },
    dir: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run bench:cache -- [--mb 256] [--files 10000] [--runs 3] [--dir FOLDER]')
  process.exit(0)
}

/** What a player is to reach of curl and sha256sum, one after the other. */
const goal = 0.8
const smallBytes = 10_000
const mebibyte = 1024 * 1024
const run = promisify(execFile)
const undo = createUndo()
const folder = mkdtempSync(join(values.dir, 'plazacast-bench-cache-'))
undo.after(async () => rmSync(folder, { recursive: true, force: true }))
try {
  const origin = await startServer()
  await large(origin, Number(values.mb))
  await many(origin, Number(values.files))
} finally {
  await undo.run()
}

/** One large file: the goal is a share of the rival's throughput. */
async function large(origin: string, megabytes: number): Promise<void> {
  const asset = makeFile('large', megabytes, mebibyte)
  const ours: number[] = []
  const theirs: number[] = []
  const synced: number[] = []
  for (let turn = 0; turn < Number(values.runs); turn++) {
    process.stderr.write(`${megabytes} MB, run ${turn + 1}\n`)
    theirs.push(await shell(`curl -sS -o fetched ${origin}/large && sha256sum fetched`))
    synced.push(await shell(`curl -sS -o fetched ${origin}/large && sync fetched && sha256sum fetched`))
    ours.push(await player([{ ...asset, urls: [`${origin}/large`] }]))
  }
  const rate = (ms: readonly number[]) => `${((1000 * megabytes) / quantile(ms, 0.5)).toFixed(0)} MB/s`
  const share = quantile(theirs, 0.5) / quantile(ours, 0.5)
  console.log(`one file of ${megabytes} MB: fetched, on disk, hashed (median of ${ours.length})`)
  console.log(`  plazacast                      ${rate(ours)}  (synced, and hashed as it is on disk)`)
  console.log(`  curl, then sha256sum           ${rate(theirs)}  (not synced)`)
  console.log(`  curl, sync, then sha256sum     ${rate(synced)}`)
  console.log(`  share ${share.toFixed(2)}, goal ${goal}: ${share >= goal ? 'met' : 'NOT met'}`)
}

/** Many small files: each is synced, named by its hash and written down by itself. */
async function many(origin: string, count: number): Promise<void> {
  const assets = Array.from({ length: count }, (_, index) => ({
    ...makeFile(`small-${index}`, 1, smallBytes),
    urls: [`${origin}/small-${index}`],
    order: index,
  }))
  const requests = assets.map((_, index) => `url = "${origin}/small-${index}"\noutput = "fetched-${index}"\n`)
  writeFileSync(join(folder, 'curl.txt'), requests.join(''))
  process.stderr.write(`${count} files\n`)
  const theirs = await shell(
    'curl -sS --parallel --parallel-max 6 -K curl.txt && find . -name "fetched-*" | xargs sha256sum',
  )
  const ours = await player(assets)
  const rate = (ms: number) => `${((1000 * count) / ms).toFixed(0)} a second`
  console.log(`${count} files of ${smallBytes / 1000} kB`)
  console.log(`  plazacast                      ${rate(ours)}  (each synced and committed)`)
  console.log(`  curl --parallel 6, sha256sum   ${rate(theirs)}  (not synced)`)
}

/** A file of random bytes below the folder that is served. */
function makeFile(name: string, parts: number, partBytes: number): WantedAsset {
  const hash = createHash('sha256')
  for (let part = 0; part < parts; part++) {
    const bytes = randomBytes(partBytes)
    hash.update(bytes)
    appendFileSync(join(folder, name), bytes)
  }
  const facts = { mediaType: 'video/mp4', urls: [], order: 0 } as const
  return { asset: assetNameOf(hash.digest('hex')), bytes: parts * partBytes, ...facts }
}

async function startServer(): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./cache-server.ts', import.meta.url)), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  undo.after(async () => void child.kill())
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return `http://127.0.0.1:${port.toString().trim()}`
}

/** Milliseconds of a command line in the folder. */
async function shell(command: string): Promise<number> {
  const beganMs = performance.now()
  await run('sh', ['-c', command], { cwd: folder, maxBuffer: 64 * mebibyte })
  return performance.now() - beganMs
}

/** Milliseconds from the moment that the player wants these until it holds them. */
async function player(wanted: readonly WantedAsset[]): Promise<number> {
  const dataDir = join(folder, 'data')
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir)
  const list = join(folder, 'wanted.json')
  writeFileSync(list, JSON.stringify(wanted))
  const program = fileURLToPath(new URL('./cache-fetch.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [program, dataDir, list])
  return Number(stdout)
}
