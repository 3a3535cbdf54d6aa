import type { MediaType } from '../documents/playlist.ts'

/** What a file's header says of a film. `container` by content, never by the file's name. */
export type FilmHeader = {
  readonly container: 'mp4' | 'webm' | 'mov' | 'other'
  /** The container's name, for people. */
  readonly containerName: string
  readonly video: FilmVideo | undefined
  readonly audio: { readonly codec: string } | undefined
}

/** Sizes are as seen: square pixels, upright. */
export type FilmVideo = {
  /** `avc`, `hevc`, `vp8`, `vp9`, `av1`, `prores`, or what the file calls it. */
  readonly codec: string
  /** As in RFC 6381, `avc1.640028`; undefined if it cannot be told. */
  readonly codecString: string | undefined
  readonly width: number
  readonly height: number
  /** From the beginning of the first frame to the end of the last one. */
  readonly seconds: number
  /** False if the file ends before its last frame does. */
  readonly whole: boolean
}

/** A photo's format by content, and its size upright. */
export type PhotoHeader = { readonly format: string; readonly width: number; readonly height: number }

/** What a player will show, or why it cannot, in a sentence that says what to do. */
export type Showable =
  | {
      readonly ok: true
      readonly mediaType: MediaType
      readonly width: number
      readonly height: number
      /** Of a film: its length. */
      readonly seconds?: number
      /** Of a film: the picture's codec. */
      readonly codec?: string
    }
  | { readonly ok: false; readonly message: string }

const photoTypes: Readonly<Record<string, MediaType>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
}

/** Whether a player shows this photo; `path` is only for the sentence. */
export function judgePhoto(path: string, { format, width, height }: PhotoHeader): Showable {
  const mediaType = photoTypes[format]
  if (mediaType) return { ok: true, mediaType, width, height }
  const convert = `magick ${quoted(path)} ${quoted(withEnding(path, 'png'))}`
  return {
    ok: false,
    message: `is a ${format.toUpperCase()} picture; players show JPEG, PNG, WebP, AVIF and GIF. Convert it: ${convert}`,
  }
}

const pictureCodecs = { mp4: ['avc', 'av1', 'vp9'], webm: ['vp8', 'vp9', 'av1'] } as const
const soundCodecs = {
  mp4: ['aac', 'mp3', 'opus', 'flac'],
  webm: ['opus', 'vorbis'],
} as const

/** Whether a player shows this film; `path` is only for the sentence. */
export function judgeFilm(path: string, { container, containerName, video, audio }: FilmHeader): Showable {
  if (!video) return refuse(`has no picture: it is ${containerName} with sound only.`)
  if (!video.whole) return refuse('is cut off: it ends before its last frame. Copy or render it again.')
  const home = container === 'webm' ? 'webm' : 'mp4'
  const pictureFits = pictureCodecs[home].some((codec) => codec === video.codec)
  if (!pictureFits) {
    return refuse(`is a film in ${codecName(video.codec)}; players show H.264, VP9 and AV1. ${reencode(path)}`)
  }
  if (video.codec === 'avc' && isSpecialAvc(video.codecString)) {
    return refuse(`is H.264 with more than 8 bits or 4:2:0 colours, which few decoders know. ${reencode(path)}`)
  }
  const soundFits = audio === undefined || soundCodecs[home].some((codec) => codec === audio.codec)
  if (!soundFits) {
    return refuse(`has sound in ${codecName(audio.codec)}, which players cannot play. ${reencode(path, 'sound')}`)
  }
  if (container === 'mov' || container === 'other') {
    return refuse(`is ${containerName}; players take MP4 and WebM. ${reencode(path, 'nothing')}`)
  }
  const { width, height, seconds, codec } = video
  if (!(seconds > 0)) return refuse('has no length: it holds no frames.')
  return { ok: true, mediaType: container === 'mp4' ? 'video/mp4' : 'video/webm', width, height, seconds, codec }
}

/** What to say of a file that is neither film nor photo. */
export const notMedia: Showable = {
  ok: false,
  message: 'is neither a film nor a photo; players show MP4, WebM, JPEG, PNG, WebP, AVIF and GIF.',
}

const refuse = (message: string): Showable => ({ ok: false, message })

const codecNames: Readonly<Record<string, string>> = {
  hevc: 'HEVC (H.265)',
  prores: 'ProRes',
  mp4v: 'MPEG-4 Visual',
  avc: 'H.264',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
}
const codecName = (codec: string): string => codecNames[codec] ?? codec

/** Profiles above High: High 10, High 4:2:2, High 4:4:4 and CAVLC 4:4:4 (H.264, annex A.2). */
const isSpecialAvc = (codecString: string | undefined): boolean => /^avc[13]\.(6e|7a|f4|2c)/i.test(codecString ?? '')

function reencode(path: string, what: 'all' | 'sound' | 'nothing' = 'all'): string {
  const picture = what === 'all' ? '-c:v libx264 -crf 18 -pix_fmt yuv420p' : '-c:v copy'
  const sound = what === 'nothing' ? '-c:a copy' : '-c:a aac'
  const output = withEnding(path, 'mp4')
  const into = output === path ? path.replace(/(\.[^./]*)?$/, '-h264.mp4') : output
  return `Convert it: ffmpeg -i ${quoted(path)} ${picture} ${sound} -movflags +faststart ${quoted(into)}`
}

const withEnding = (path: string, ending: string): string => `${path.replace(/\.[^./]*$/, '')}.${ending}`

/** As a shell takes it. */
const quoted = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
