import { attributesOf, linesOf, type PlaylistLine, type PlaylistLink } from './playlist-lines.ts'

/** What a relayed playlist leads to: its local name, and where that is fetched. */
export type RelayedLink = { readonly name: string; readonly url: string; readonly leadsTo: PlaylistLink['leadsTo'] }

/** A playlist of a live stream as the page gets it, or why it gets none. */
export type RelayedPlaylist =
  | { readonly ok: true; readonly text: string; readonly links: readonly RelayedLink[] }
  | { readonly ok: false; readonly reason: string }

/** What the page needs to play. Everything else is left out: subtitles, advertisements, low latency, steering, variables. */
const keptTags: ReadonlySet<string> = new Set([
  'EXTM3U',
  'EXT-X-VERSION',
  'EXT-X-INDEPENDENT-SEGMENTS',
  'EXT-X-TARGETDURATION',
  'EXT-X-MEDIA-SEQUENCE',
  'EXT-X-DISCONTINUITY-SEQUENCE',
  'EXT-X-ENDLIST',
  'EXT-X-PLAYLIST-TYPE',
  'EXTINF',
  'EXT-X-BYTERANGE',
  'EXT-X-DISCONTINUITY',
  'EXT-X-KEY',
  'EXT-X-MAP',
  'EXT-X-PROGRAM-DATE-TIME',
  'EXT-X-GAP',
  'EXT-X-BITRATE',
  'EXT-X-MEDIA',
  'EXT-X-STREAM-INF',
])

/**
 * Rewrites a playlist that came from `playlistUrl` so that everything in it is asked of the relay, by names in one folder. A
 * playlist that leads to another origin is refused whole: a stream without some of its segments would not be in step.
 */
export function relayedPlaylist(text: string, playlistUrl: string): RelayedPlaylist {
  const lines = linesOf(text)
  if (!lines) return { ok: false, reason: 'what came is no HLS playlist' }
  const links: RelayedLink[] = []
  const output: string[] = []
  let isVariant = false
  for (const line of lines.filter(isKept)) {
    if (line.kind === 'address') {
      const link = linkTo(line.address, playlistUrl, isVariant ? 'playlist' : 'media')
      if (!link) return elsewhere
      isVariant = false
      links.push(link)
      output.push(link.name)
      continue
    }
    const attributes = attributesOf(line.value)
    if (line.name === 'EXT-X-KEY' && !['NONE', 'AES-128'].includes(attributes.get('METHOD') ?? '')) {
      return { ok: false, reason: `the stream is encrypted by ${attributes.get('METHOD')}; players know AES-128` }
    }
    isVariant = line.name === 'EXT-X-STREAM-INF' || isVariant
    const uri = attributes.get('URI')
    const link =
      uri === undefined ? undefined : linkTo(uri, playlistUrl, line.name === 'EXT-X-MEDIA' ? 'playlist' : 'media')
    if (uri !== undefined && !link) return elsewhere
    if (link) links.push(link)
    output.push(tagText(line.name, line.value, link?.name))
  }
  return { ok: true, text: `${output.join('\n')}\n`, links }
}

const elsewhere: RelayedPlaylist = { ok: false, reason: 'the stream leads to another origin than the approved one' }

const isKept = (line: PlaylistLine): boolean =>
  line.kind === 'address' ||
  (keptTags.has(line.name) && (line.name !== 'EXT-X-MEDIA' || attributesOf(line.value).get('TYPE') === 'AUDIO'))

function tagText(name: string, value: string, linkName: string | undefined): string {
  if (value === '') return `#${name}`
  const withoutTexts = value.replace(/,?\b(SUBTITLES|CLOSED-CAPTIONS)=("[^"]*"|[^,]*)/g, '').replace(/^,/, '')
  const kept = name === 'EXT-X-STREAM-INF' ? withoutTexts : value
  return `#${name}:${linkName === undefined ? kept : kept.replace(/\bURI="[^"]*"/, `URI="${linkName}"`)}`
}

function linkTo(address: string, base: string, leadsTo: PlaylistLink['leadsTo']): RelayedLink | undefined {
  const url = parsed(address, base)
  if (!url || url.origin !== new URL(base).origin || url.username !== '' || url.password !== '') return undefined
  const fetched = `${url.origin}${url.pathname}${url.search}`
  return { name: nameOf(`${url.pathname}${url.search}`, leadsTo), url: fetched, leadsTo }
}

/** The remote path, so that the same address has the same name in each refresh of the playlist. */
const nameOf = (path: string, leadsTo: PlaylistLink['leadsTo']): string =>
  `${leadsTo === 'playlist' ? 'list' : 'media'}-${encodeURIComponent(path).replace(/[!'()*~%.]/g, (one) => (one === '%' ? '~' : `~${one.charCodeAt(0).toString(16).toUpperCase()}`))}${leadsTo === 'playlist' ? '.m3u8' : ''}`

function parsed(address: string, base: string): URL | undefined {
  try {
    return new URL(address, base)
  } catch {
    return undefined // no address at all: as good as one that leads elsewhere
  }
}
