import { bandHeightShare } from '../oracle/band.ts'
import type { FilmRecipe, PhotoRecipe } from './clips.ts'

// The arguments of ffmpeg for a clip's pictures and sound.

/** A moving test picture, so that the codecs have real work, and the bands as a picture of 40×1 from stdin. */
export function pictureInput(width: number, height: number, rate: number): string[] {
  const scene = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${rate}`]
  return [
    ...scene,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-video_size',
    '40x1',
    '-framerate',
    `${rate}`,
    '-i',
    'pipe:0',
  ]
}

/** Lays the bands over the picture, as a filter from inputs 0 and 1 to `[out]`. */
export function burnIn(width: number, height: number): string {
  const bandHeight = Math.round((height * bandHeightShare) / 2) * 2
  return `[1:v]scale=${width}:${bandHeight}:flags=neighbor[band];[0:v][band]overlay=0:0:shortest=1[out]`
}

/** A tone of the item's own, so long. */
export function soundInput(film: FilmRecipe, seconds: number): string[] {
  if (film.audio === 'none') return []
  const length = film.audio === 'shorter' ? seconds - 0.4 : seconds
  return ['-f', 'lavfi', '-i', `sine=frequency=${220 + film.item * 10}:sample_rate=48000:duration=${length}`]
}

/** How the film is encoded; slow enough to be real, fast enough for tests. */
export function filmCodec(film: FilmRecipe): string[] {
  const colours = ['-pix_fmt', 'yuv420p']
  switch (film.codec) {
    case 'h264': {
      const order = film.bFrames ? ['-bf', '3', '-b_strategy', '0'] : ['-bf', '0']
      const keys = film.keySeconds ? ['-force_key_frames', `expr:gte(t,n_forced*${film.keySeconds})`] : []
      return [
        ...colours,
        '-c:v',
        'libx264',
        '-preset',
        'veryfast',
        ...order,
        ...keys,
        '-c:a',
        'aac',
        '-movflags',
        '+faststart',
      ]
    }
    case 'vp9':
      return [
        ...colours,
        '-c:v',
        'libvpx-vp9',
        '-deadline',
        'realtime',
        '-cpu-used',
        '8',
        '-b:v',
        '2M',
        '-c:a',
        'libopus',
      ]
    case 'av1':
      return [...colours, '-c:v', 'libsvtav1', '-preset', '12', '-crf', '35', '-c:a', 'libopus']
  }
}

/** The end of a filter that gives the format its colours. */
export function photoColours(format: PhotoRecipe['format']): string {
  return format === 'avif' ? ',format=yuv420p' : format === 'jpeg' ? ',format=yuvj420p' : ',format=rgb24'
}

/** How the photo is encoded. */
export function photoCodec(format: PhotoRecipe['format']): string[] {
  switch (format) {
    case 'jpeg':
      return ['-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2', '-update', '1']
    case 'png':
      return ['-c:v', 'png', '-f', 'image2', '-update', '1']
    case 'webp':
      return ['-c:v', 'libwebp', '-quality', '90']
    case 'avif':
      return ['-c:v', 'libaom-av1', '-still-picture', '1', '-crf', '20', '-cpu-used', '8', '-f', 'avif']
    case 'gif':
      return ['-c:v', 'gif']
  }
}
