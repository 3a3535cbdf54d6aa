import { type AssetName, assetNameOf } from '../asset-name.ts'
import { parseJson } from '../documents/documents.ts'
import { hlsManifest } from '../documents/hls-manifest.ts'
import { distinctFiles, type HlsAsset, type SetFile } from './hls-asset.ts'
import { outlineOf, pathInSet } from './playlist-lines.ts'

/** Twenty thousand files with long paths; a manifest beyond this is not read. */
export const mostManifestBytes = 16 * 1024 * 1024

/** A day in segments of two seconds; a playlist of a set beyond this is not read. */
export const mostPlaylistBytes = 8 * 1024 * 1024

/** More variants and renditions than any set needs. */
const mostPlaylists = 64

/** What the bytes of a manifest say. They are the approved ones; that does not make them good. */
export function readManifest(bytes: Uint8Array): HlsAsset {
  const json = parseJson(bytes)
  if (!json.ok) return unplayable('the manifest is no JSON')
  const read = hlsManifest.safeParse(json.value)
  if (!read.success) {
    const [issue] = read.error.issues
    return unplayable(`the manifest is not valid: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (read.data.kind === 'hls-live') return { kind: 'live', url: read.data.url }
  const files = read.data.files.map(({ path, bytes: size, sha256 }) => ({
    path,
    asset: assetNameOf(sha256),
    bytes: size,
  }))
  const paths = new Set<string>()
  const twice = files.find(({ path }) => paths.size === paths.add(path).size)
  const problem = twice ? `the manifest lists ${twice.path} twice` : contradictionIn(files)
  return problem === undefined
    ? { kind: 'on-demand', seconds: read.data.seconds, files, checked: false }
    : unplayable(problem)
}

const unplayable = (reason: string): HlsAsset => ({ kind: 'unplayable', reason })

function contradictionIn(files: readonly SetFile[]): string | undefined {
  const sizes = new Map<AssetName, number>(distinctFiles(files).map(({ asset, bytes }) => [asset, bytes]))
  const wrong = files.find(({ asset, bytes }) => sizes.get(asset) !== bytes)
  return wrong && `the manifest gives ${wrong.path} another size than the same bytes elsewhere`
}

/**
 * Follows the playlists of a set from its first file: everything in them must be a file of the set. `read` gives the text of
 * a playlist that is on disk; it may reject. Undefined: all is well.
 */
export async function problemInSet(
  files: readonly SetFile[],
  read: (file: SetFile) => Promise<string>,
): Promise<string | undefined> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const queue = files.slice(0, 1)
  const seen = new Set(queue)
  for (const playlist of queue) {
    if (seen.size > mostPlaylists) return `there are more than ${mostPlaylists} playlists`
    if (playlist.bytes > mostPlaylistBytes) return `${playlist.path} is too large for a playlist`
    const outline = outlineOf(await read(playlist))
    if (!outline.ok) return `${playlist.path} ${outline.reason}`
    if (!outline.isMaster && !outline.ended) return `${playlist.path} has no end: it is a live stream's`
    for (const { address, leadsTo } of outline.links) {
      const file = byPath.get(pathInSet(playlist.path, address) ?? '')
      if (!file) return `${playlist.path} leads to ${JSON.stringify(address.slice(0, 200))}, which is not in the set`
      if (leadsTo === 'media' || seen.has(file)) continue
      seen.add(file)
      queue.push(file)
    }
  }
  return undefined
}
