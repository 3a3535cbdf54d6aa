import {
  EncodedPacketSink,
  EncodedVideoPacketSource,
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
import type { CodedFrame } from './frame-order.ts'

/** An MP4 or WebM film, taken apart: what its pictures need, and its frames in decode order as often as asked. */
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
  /** Films of one family can follow each other on a timeline. */
  readonly family: string
  readonly rotation: number
  /** How much an edit list hides before the first frame shown, which must be decoded all the same. */
  readonly hiddenSeconds: number
  /** What the file says of its length; undefined when it does not. */
  readonly seconds: number | undefined
}

const cacheBytes = 8 * 1024 ** 2

/** Opens a film and decodes its first frame as a trial; rejects, in words for an operator, when it cannot be played. */
export async function openFilmFile(address: string): Promise<FilmFile> {
  const source = new UrlSource(address, { maxCacheSize: cacheBytes, parallelism: 1, getRetryDelay: retryOnce })
  const input = new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] })
  try {
    const track = await input.getPrimaryVideoTrack()
    if (!track) throw new Error('the file holds no film')
    await decodeFirstFrame(track)
    return await describe(input, track)
  } catch (cause) {
    input.dispose()
    throw cause
  }
}

const retryOnce = (previousAttempts: number) => (previousAttempts < 1 ? 0.1 : null)

async function describe(input: Input, track: InputVideoTrack): Promise<FilmFile> {
  const codec = await track.getCodec()
  const codecs = await track.getCodecParameterString()
  if (!codec || !codecs) throw new Error('the codec is not known')
  const seconds = await track.getDurationFromMetadata()
  return {
    facts: {
      mediaType: `video/mp4; codecs="${codecs}"`,
      family: codec,
      rotation: await track.getRotation(),
      hiddenSeconds: Math.max(0, -(await track.getFirstTimestamp())),
      seconds: seconds ?? undefined,
    },
    init: await initSegment(track, codec),
    frames: () => framesOf(track),
    close: () => input.dispose(),
  }
}

async function decodeFirstFrame(track: InputVideoTrack): Promise<void> {
  const first = await track.getFirstTimestamp()
  const sample = await new VideoSampleSink(track).getSample(Math.max(first, 0))
  if (!sample) throw new Error('the first frame does not decode')
  sample.close()
}

async function* framesOf(track: InputVideoTrack): AsyncIterable<CodedFrame> {
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const { data, timestamp, duration, type } = packet
    yield { data, isKey: type === 'key', atSeconds: timestamp, seconds: duration }
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
