import {
  EncodedPacketSink,
  EncodedVideoPacketSource,
  HLS_FORMATS,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  NullTarget,
  Output,
  QTFF,
  UrlSource,
  VideoSampleSink,
  WEBM,
} from 'mediabunny'
import { withLengths } from './annex-b.ts'
import { fixedLevel } from './fixed-level.ts'
import type { CodedFrame } from './frame-order.ts'

/** An MP4 or WebM film, or an HLS set on demand, taken apart: what its pictures need, and its frames in decode order as often as asked. */
export type FilmFile = {
  readonly facts: FilmFacts
  /** The initialization segment (ISO/IEC 14496-12) for fragments of this film's one video track. */
  readonly init: Uint8Array
  frames(): AsyncIterable<CodedFrame>
  close(): void
}

export type FilmFacts = {
  /** Media type with codecs parameter, for Media Source Extensions. */
  readonly mediaType: string
  readonly codec: string
  /** Of the picture as it is shown, in pixels. */
  readonly width: number
  readonly height: number
  readonly rotation: number
  /** How much an edit list hides before the first frame shown, which must be decoded all the same. */
  readonly hiddenSeconds: number
  /** What the file says of its length; undefined when it does not. */
  readonly seconds: number | undefined
  /** False for a set that becomes another film on the way (a discontinuity, RFC 8216, 4.3.2.3). */
  readonly isOneFilm: boolean
}

/** Where a film is to be read from. */
export type FilmAddress = {
  readonly address: string
  /** For an HLS set: the height of the page in its own pixels, for which one of the set's qualities is chosen. */
  readonly setForHeight?: number | undefined
}

const cacheBytes = 8 * 1024 ** 2

/** Opens a film and decodes its first frame as a trial; rejects, in words for an operator, when it cannot be played. */
export async function openFilmFile({ address, setForHeight }: FilmAddress): Promise<FilmFile> {
  const playlists = readPlaylists()
  const isSet = setForHeight !== undefined
  const source = new UrlSource(address, {
    maxCacheSize: cacheBytes,
    parallelism: 1,
    getRetryDelay: retryOnce,
    ...(isSet && { fetchFn: playlists.fetch }),
  })
  const input = new Input({ source, formats: isSet ? HLS_FORMATS : [MP4, QTFF, WEBM, MATROSKA] })
  try {
    const track = isSet ? await trackFor(input, setForHeight) : await input.getPrimaryVideoTrack()
    if (!track) throw new Error('the file holds no film')
    await decodeFirstFrame(track)
    return await describe(input, track, playlists.tellOfOneFilm)
  } catch (cause) {
    input.dispose()
    throw cause
  }
}

/** A set is played in one quality, so that no switch is ever seen. */
async function trackFor(input: Input, pageHeight: number): Promise<InputVideoTrack | undefined> {
  const tracks: { track: InputVideoTrack; height: number; bitrate: number }[] = []
  for (const track of await input.getVideoTracks()) {
    // A playlist of key frames is for winding through the film, not for showing it.
    if (await track.hasOnlyKeyPackets()) continue
    tracks.push({ track, height: await track.getDisplayHeight(), bitrate: (await track.getBitrate()) ?? 0 })
  }
  return tracks[fixedLevel(tracks, pageHeight)]?.track
}

/** Looks into the playlists of a set as they are read. */
function readPlaylists(): { fetch: typeof fetch; tellOfOneFilm: () => boolean } {
  let isOneFilm = true
  return {
    fetch: async (resource, options) => {
      const response = await fetch(resource, options)
      const { pathname } = new URL(response.url)
      if (!pathname.endsWith('.m3u8')) return response
      const text = await response.clone().text()
      if (/^#EXT-X-DISCONTINUITY\s*$/m.test(text)) isOneFilm = false
      return response
    },
    tellOfOneFilm: () => isOneFilm,
  }
}

const retryOnce = (previousAttempts: number) => (previousAttempts < 1 ? 0.1 : null)

async function describe(input: Input, track: InputVideoTrack, tellOfOneFilm: () => boolean): Promise<FilmFile> {
  const codec = await track.getCodec()
  const codecs = await track.getCodecParameterString()
  if (!codec || !codecs) throw new Error('the codec is not known')
  const seconds = await track.getDurationFromMetadata()
  const isNalCodec = codec === 'avc' || codec === 'hevc'
  const hasStartCodes = isNalCodec && (await track.getDecoderConfig())?.description === undefined
  return {
    facts: {
      mediaType: `video/mp4; codecs="${codecs}"`,
      codec,
      width: await track.getDisplayWidth(),
      height: await track.getDisplayHeight(),
      rotation: await track.getRotation(),
      hiddenSeconds: Math.max(0, -(await track.getFirstTimestamp())),
      seconds: seconds ?? undefined,
      isOneFilm: tellOfOneFilm(),
    },
    init: await initSegment(track, codec),
    frames: () => framesOf(track, hasStartCodes),
    close: () => input.dispose(),
  }
}

async function decodeFirstFrame(track: InputVideoTrack): Promise<void> {
  const first = await track.getFirstTimestamp()
  const sample = await new VideoSampleSink(track).getSample(Math.max(first, 0))
  if (!sample) throw new Error('the first frame does not decode')
  sample.close()
}

async function* framesOf(track: InputVideoTrack, hasStartCodes: boolean): AsyncIterable<CodedFrame> {
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const { data, timestamp, duration, type } = packet
    yield {
      data: hasStartCodes ? withLengths(data) : data,
      isKey: type === 'key',
      atSeconds: timestamp,
      seconds: duration,
    }
  }
}

async function initSegment(track: InputVideoTrack, codec: NonNullable<Awaited<ReturnType<typeof track.getCodec>>>) {
  const parts: Uint8Array[] = []
  const keep = (data: Uint8Array) => void parts.push(data.slice())
  const format = new Mp4OutputFormat({ fastStart: 'fragmented', onFtyp: keep, onMoov: keep })
  const output = new Output({ format, target: new NullTarget() })
  const source = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(source, { rotation: await track.getRotation() })
  await output.start()
  const decoderConfig = await track.getDecoderConfig()
  const packet = await new EncodedPacketSink(track).getFirstKeyPacket()
  if (!packet || !decoderConfig) throw new Error('the film has no key frame')
  await source.add(packet.clone({ timestamp: 0 }), { decoderConfig })
  await output.finalize()
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer())
}
