import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clip, makeClip } from './clips.ts'
import { eventually } from './eventually.ts'

/** A live stream that ffmpeg makes in real time: a marked clip over and over, in segments of a second, four of them listed. */
export type LiveStream = {
  /** Where the playlist `index.m3u8` and the segments are. */
  readonly folder: string
  /** A file that stands for the stream and is no other stream's. */
  readonly manifest: string
  /** Begins anew with sequence number 0, as another encoder under the same address does. */
  replace(item: number): Promise<void>
  /** Goes on in the same playlist, behind a discontinuity, with another clip: one that was made while nothing played. */
  goOnWith(clip: Clip): Promise<void>
  /** The playlist says that this was the end (EXT-X-ENDLIST). */
  end(): Promise<void>
  /** Nothing is written any more, as if the encoder hung. */
  freeze(): void
  stop(): Promise<void>
}

const small = { width: 320, height: 180 }
const loopSeconds = 20

/**
 * What a stream is made of. On a busy machine making it takes longer than a stream may stand still, and holds up whatever plays:
 * it is made before anything does.
 */
export const liveClip = (
  item: number,
  size: { readonly width: number; readonly height: number } = small,
): Promise<Clip> => makeClip({ kind: 'film', item, codec: 'h264', seconds: loopSeconds, keySeconds: 1, ...size })

/** Resolves when the first segments are listed. */
export async function startLiveStream(item: number): Promise<LiveStream> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-live-'))
  const manifest = join(folder, 'stream.json')
  await writeFile(manifest, JSON.stringify({ kind: 'hls-live', url: folder }))
  let encoder = await encode(folder, await liveClip(item), 'delete_segments')

  const clear = async () => {
    await kill(encoder)
    const files = await readdir(folder)
    await Promise.all(files.filter((file) => file !== 'stream.json').map((file) => rm(join(folder, file))))
  }
  return {
    folder,
    manifest,
    replace: async (other) => {
      const clip = await liveClip(other)
      await clear()
      encoder = await encode(folder, clip, 'delete_segments')
    },
    goOnWith: async (clip) => {
      // Before its first segment is gone, ffmpeg would put a discontinuity before that one too, which no player may take.
      await listed(folder, encoder, /MEDIA-SEQUENCE:[1-9]/)
      await kill(encoder)
      encoder = await encode(folder, clip, 'delete_segments+append_list+discont_start')
    },
    end: async () => {
      const ended = once(encoder, 'exit')
      encoder.stdin?.write('q')
      await ended
    },
    freeze: () => void encoder.kill('SIGSTOP'),
    stop: async () => {
      await kill(encoder)
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function encode(folder: string, { item, file }: Clip, flags: string): Promise<ChildProcess> {
  const input = ['-hide_banner', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', file, '-c', 'copy']
  const output = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '4', '-hls_flags', flags]
  // Another encoder's segments have other names, as other encoders' have.
  const names = ['-hls_segment_filename', join(folder, `${item}-${Date.now()}-%d.ts`), join(folder, 'index.m3u8')]
  const child = spawn('ffmpeg', [...input, ...output, ...names], { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => {}) // it has ended; nobody needs its stdin then
  await listed(folder, child, /(#EXTINF[^#]*){2}/)
  return child
}

async function listed(folder: string, child: ChildProcess, wanted: RegExp): Promise<void> {
  const hasListed = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`ffmpeg ended with ${child.exitCode}`)
    return wanted.test(await readFile(join(folder, 'index.m3u8'), 'utf8').catch(() => ''))
  }
  await eventually('ffmpeg lists what is waited for', hasListed, 20_000, 50)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
