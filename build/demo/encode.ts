import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Pictures a second of every film. */
export const framesPerSecond = 30

/** What one film is encoded from: JPEG frames in order, and a WAV file of the same length. */
export type Reel = {
  readonly frames: AsyncIterable<Uint8Array>
  readonly soundFile: string
  readonly outputFile: string
  readonly bitsPerSecond: number
}

/**
 * Encodes a film as every player knows it: H.264 High 4:2:0 in BT.709 with a key frame each second, AAC stereo, index
 * in front. Fails with ffmpeg's last words if ffmpeg fails.
 */
export const encodeFilm = async (reel: Reel): Promise<void> => {
  const ffmpeg = spawn('ffmpeg', ffmpegArguments(reel), { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  ffmpeg.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  })
  const ended = once(ffmpeg, 'close')
  for await (const frame of reel.frames) {
    if (!ffmpeg.stdin.write(frame)) await Promise.race([once(ffmpeg.stdin, 'drain'), ended])
    if (ffmpeg.exitCode !== null) break
  }
  ffmpeg.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`ffmpeg failed (${code}): ${said}`)
}

const ffmpegArguments = (reel: Reel): string[] => [
  ...['-y', '-hide_banner', '-loglevel', 'error'],
  ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', `${framesPerSecond}`, '-i', '-', '-i', reel.soundFile],
  // A breath of grain keeps skies from banding; the seed, and one thread to draw from it, keep two runs alike.
  ...['-filter_threads', '1'],
  ...[
    '-vf',
    'scale=in_range=full:in_color_matrix=bt601:out_color_matrix=bt709:out_range=tv,format=yuv420p,noise=all_seed=7:c0s=3:c0f=t',
  ],
  ...['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'slow', '-b:v', `${reel.bitsPerSecond}`],
  ...[
    '-maxrate',
    `${reel.bitsPerSecond * 2}`,
    '-bufsize',
    `${reel.bitsPerSecond * 2}`,
    '-x264-params',
    'aq-mode=3:threads=2',
  ],
  ...['-g', `${framesPerSecond}`, '-keyint_min', `${framesPerSecond}`, '-sc_threshold', '0'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
  ...[
    '-c:a',
    'aac',
    '-b:a',
    '128k',
    '-ar',
    '48000',
    '-shortest',
    '-movflags',
    '+faststart',
    '-fflags',
    '+bitexact',
    '-flags',
    '+bitexact',
  ],
  ...['-map_metadata', '-1', reel.outputFile],
]
