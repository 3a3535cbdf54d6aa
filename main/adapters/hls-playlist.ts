import { parse, setOptions, types } from 'hls-parser'

/** The one picture of a master playlist that is shown: the others are left out. Addresses as they are written. */
export type ChosenVariant = {
  readonly address: string
  readonly width: number | undefined
  readonly height: number | undefined
  /** Of a sound that lies in a playlist of its own. */
  readonly soundAddress: string | undefined
  /** How many there were to choose from. */
  readonly of: number
  /** A master playlist with this variant and no other. */
  readonly master: string
}

/** What decoders in wall players still take; larger pictures are for cinemas. */
const mostPixels = 3840 * 2160

/** The best variant of a master playlist; undefined if it is a media playlist. Rejects in words if it is neither. */
export function chooseVariant(text: string): ChosenVariant | undefined {
  setOptions({ strictMode: true, silent: true })
  const playlist = parse(text)
  if (!(playlist instanceof types.MasterPlaylist)) return undefined
  const variants = playlist.variants.filter((one) => !one.isIFrameOnly)
  const pixels = ({ resolution }: (typeof variants)[number]) => (resolution?.width ?? 0) * (resolution?.height ?? 0)
  const [best] = variants
    .filter((one) => pixels(one) <= mostPixels)
    .sort((a, b) => pixels(b) - pixels(a) || b.bandwidth - a.bandwidth)
  if (!best) throw new Error('has no variant of at most 3840×2160')
  const sound = best.audio.find(({ isDefault }) => isDefault) ?? best.audio[0]
  const soundAddress = sound?.uri || undefined
  return {
    address: best.uri,
    width: best.resolution?.width,
    height: best.resolution?.height,
    soundAddress,
    of: variants.length,
    master: masterText(best, soundAddress),
  }
}

function masterText({ uri, bandwidth, codecs, resolution }: types.Variant, soundAddress: string | undefined): string {
  const attributes = [
    `BANDWIDTH=${bandwidth}`,
    ...(codecs ? [`CODECS="${codecs}"`] : []),
    ...(resolution ? [`RESOLUTION=${resolution.width}x${resolution.height}`] : []),
    ...(soundAddress === undefined ? [] : ['AUDIO="sound"']),
  ]
  const sound = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="${soundAddress}"`
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    ...(soundAddress === undefined ? [] : [sound]),
    `#EXT-X-STREAM-INF:${attributes.join(',')}`,
    uri,
    '',
  ].join('\n')
}
