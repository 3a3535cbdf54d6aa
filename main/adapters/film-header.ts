import {
  ALL_FORMATS,
  Conversion,
  EncodedPacketSink,
  FilePathSource,
  FilePathTarget,
  HLS_FORMATS,
  Input,
  type InputVideoTrack,
  MP4,
  Mp4OutputFormat,
  Output,
  QTFF,
  WEBM,
} from 'mediabunny'
import type { FilmHeader, FilmVideo } from '../../shared/operator/showable.ts'

/** Reads what a film file says of itself, without decoding it; undefined if it is no film or sound that is known. */
export async function readFilmHeader(path: string): Promise<FilmHeader | undefined> {
  return readHeader(new Input({ formats: ALL_FORMATS, source: fileSource(path) }))
}

/** The same of an HLS playlist on this machine and its segments, decrypted where they are encrypted. */
export async function readStreamHeader(path: string): Promise<FilmHeader | undefined> {
  return readHeader(new Input({ formats: HLS_FORMATS, source: fileSource(path) }))
}

/** Puts the picture of an HLS playlist on this machine into one MP4 file, as it is, without decoding it. */
export async function joinStream(path: string, output: string): Promise<void> {
  const input = new Input({ formats: HLS_FORMATS, source: fileSource(path) })
  try {
    const joined = new Output({ format: new Mp4OutputFormat(), target: new FilePathTarget(output) })
    const conversion = await Conversion.init({ input, output: joined, tracks: 'primary', audio: { discard: true } })
    await conversion.execute()
  } finally {
    input.dispose()
  }
}

const fileSource = (path: string): FilePathSource => new FilePathSource(path, { handleUnhandledError: () => {} })

async function readHeader(input: Input): Promise<FilmHeader | undefined> {
  try {
    if (!(await input.canRead())) return undefined
    const format = await input.getFormat()
    const container = format === MP4 ? 'mp4' : format === WEBM ? 'webm' : format === QTFF ? 'mov' : 'other'
    const video = await input.getPrimaryVideoTrack()
    const audio = await input.getPrimaryAudioTrack()
    return {
      container,
      containerName: format.name,
      video: video ? await readVideo(video) : undefined,
      audio: audio ? { codec: (await audio.getCodec()) ?? nameOf(await audio.getInternalCodecId()) } : undefined,
    }
  } finally {
    input.dispose()
  }
}

async function readVideo(track: InputVideoTrack): Promise<FilmVideo> {
  const begin = await track.getFirstTimestamp()
  return {
    codec: (await track.getCodec()) ?? nameOf(await track.getInternalCodecId()),
    codecString: (await track.getCodecParameterString()) ?? undefined,
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
    seconds: Math.round(((await track.computeDuration()) - Math.max(0, begin)) * 1000) / 1000,
    whole: await hasLastFrame(track),
  }
}

async function hasLastFrame(track: InputVideoTrack): Promise<boolean> {
  try {
    return (await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY)) !== null
  } catch {
    return false // its bytes lie beyond the end of the file
  }
}

const nameOf = (id: string | number | Uint8Array | null): string =>
  id === null ? 'unknown' : typeof id === 'object' ? 'unknown' : String(id).trim()
