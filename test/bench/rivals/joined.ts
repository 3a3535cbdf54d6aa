import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runFfmpeg } from '../../support/run-ffmpeg.ts'
import type { StartWall, WallItem, WallOptions } from '../wall.ts'
import { startOneVideo } from './pages.ts'

const repeats = 30

/**
 * No rival but the floor: the loop joined into one long film beforehand, so that the player has nothing to cut.
 *
 * Whatever is found here is the machine's and the grab's own: no player can be better. The film ends after 30 loops.
 */
export const startJoined: StartWall = async (options) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-joined-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const file = await joinItems(options, folder)
    const window = await startOneVideo({ ...options, items: [{ file, mediaType: 'video/mp4' }] })
    return {
      stop: async () => {
        await window.stop()
        await remove()
      },
    }
  } catch (cause) {
    await remove()
    throw cause
  }
}

async function joinItems({ items, width, height }: WallOptions, folder: string): Promise<string> {
  const [once, list, long] = ['once.mp4', 'list.txt', 'long.mp4'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const fitted = items.map((item, at) => `[${at}:v]${fit(item, width, height)}[v${at}]`)
  const joined = `${items.map((_, at) => `[v${at}]`).join('')}concat=n=${items.length}[out]`
  const encoding = [
    '-map',
    '[out]',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '0',
    '-video_track_timescale',
    '30000',
  ]
  await runFfmpeg([
    ...items.flatMap(({ file }) => ['-i', file]),
    '-filter_complex',
    [...fitted, joined].join(';'),
    ...encoding,
    once,
  ])
  await writeFile(list, `file '${once}'\n`.repeat(repeats))
  await runFfmpeg(['-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', '-movflags', '+faststart', long])
  return long
}

/** Every picture centred on the display's size; a photo repeated for its seconds. */
function fit({ seconds }: WallItem, width: number, height: number): string {
  const inside = `scale=${width}:${height}:force_original_aspect_ratio=decrease`
  const placed = `${inside},pad=${width}:${height}:-1:-1,setsar=1,format=yuv420p`
  if (seconds === undefined) return `${placed},fps=30`
  return `${placed},tpad=stop_mode=clone:stop_duration=${seconds},fps=30,trim=duration=${seconds}`
}
