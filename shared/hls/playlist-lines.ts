/** What one line of an HLS playlist is (RFC 8216, section 4.1). */
export type PlaylistLine =
  | { readonly kind: 'tag'; readonly name: string; readonly value: string }
  | { readonly kind: 'address'; readonly address: string }

/** An address in a playlist, as it is written there. What follows a variant, or stands for a rendition, is a playlist itself. */
export type PlaylistLink = { readonly address: string; readonly leadsTo: 'playlist' | 'media' }

/** What can be told of a playlist without following it, or why it cannot be played. */
export type PlaylistOutline =
  | { readonly ok: true; readonly links: readonly PlaylistLink[]; readonly ended: boolean; readonly isMaster: boolean }
  | { readonly ok: false; readonly reason: string }

/** The tags and addresses of a playlist, comments left out; undefined if it is no playlist. */
export function linesOf(text: string): PlaylistLine[] | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|[\n\r\u2028\u2029]/)
  if (!lines[0]?.startsWith('#EXTM3U')) return undefined
  return lines.flatMap((line): PlaylistLine[] => {
    if (line.trim() === '') return []
    if (!line.startsWith('#')) return [{ kind: 'address', address: line.trim() }]
    const [, name, value = ''] = /^#(EXT[A-Z0-9-]*)(?::(.*))?$/.exec(line) ?? []
    return name === undefined ? [] : [{ kind: 'tag', name, value: value.trim() }]
  })
}

/** The attributes of a tag, without the quotation marks (RFC 8216, section 4.2). */
export const attributesOf = (value: string): Map<string, string> =>
  new Map(
    [...value.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)].map(([, name = '', text = '']): [string, string] => [
      name,
      text.replace(/^"|"$/g, ''),
    ]),
  )

/** Tags with an address of a file to be played, or of a playlist. */
const linkTags: Readonly<Record<string, PlaylistLink['leadsTo']>> = {
  'EXT-X-KEY': 'media',
  'EXT-X-SESSION-KEY': 'media',
  'EXT-X-MAP': 'media',
  'EXT-X-MEDIA': 'playlist',
  'EXT-X-I-FRAME-STREAM-INF': 'playlist',
}

/** Finds every address that a player could follow. What could lead elsewhere by other means is refused, not overlooked. */
export function outlineOf(text: string): PlaylistOutline {
  const lines = linesOf(text)
  if (!lines) return { ok: false, reason: 'is no HLS playlist: it does not begin with #EXTM3U' }
  const links: PlaylistLink[] = []
  let isVariant = false
  for (const line of lines) {
    if (line.kind === 'address') {
      links.push({ address: line.address, leadsTo: isVariant ? 'playlist' : 'media' })
      isVariant = false
      continue
    }
    const attributes = attributesOf(line.value)
    const problem = problemWith(line.name, attributes)
    if (problem !== undefined) return { ok: false, reason: problem }
    isVariant = line.name === 'EXT-X-STREAM-INF' || isVariant
    const address = attributes.get('URI')
    const leadsTo = linkTags[line.name]
    if (address !== undefined && leadsTo) links.push({ address, leadsTo })
  }
  const has = (name: string) => lines.some((line) => line.kind === 'tag' && line.name === name)
  return { ok: true, links, ended: has('EXT-X-ENDLIST'), isMaster: has('EXT-X-STREAM-INF') }
}

function problemWith(name: string, attributes: ReadonlyMap<string, string>): string | undefined {
  const method = attributes.get('METHOD')
  if (/^EXT-X-(SESSION-)?KEY$/.test(name) && method !== 'NONE' && method !== 'AES-128') {
    return `is encrypted by ${method}; players know AES-128`
  }
  if (name === 'EXT-X-DEFINE' || name === 'EXT-X-CONTENT-STEERING') return `uses ${name}, which players do not know`
  const elsewhere = [...attributes.keys()].find(
    (key) => /URI|ASSET-LIST/.test(key) && !(key === 'URI' && linkTags[name]),
  )
  return elsewhere === undefined ? undefined : `uses ${name} with ${elsewhere}, which players do not know`
}

/**
 * The path below the folder of a set that an address in one of its playlists means; undefined if it is anything but a plain
 * relative path inside that folder: no scheme, host, query, escape or way up and out.
 */
export function pathInSet(playlistPath: string, address: string): string | undefined {
  if (address === '' || address.startsWith('/') || /[:?#%\\]/.test(address)) return undefined
  const parts = playlistPath.split('/').slice(0, -1)
  for (const part of address.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
