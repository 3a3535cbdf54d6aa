import { open, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hlsPath } from '../../shared/documents/hls-manifest.ts'
import { outlineOf, pathInSet } from '../../shared/hls/playlist-lines.ts'
import { mostPlaylistBytes } from '../../shared/hls/read-manifest.ts'
import { judgeFilm, type Showable } from '../../shared/operator/showable.ts'
import { readStreamHeader } from '../adapters/film-header.ts'
import { chooseVariant } from '../adapters/hls-playlist.ts'
import { withPlainPicture } from './plain-picture.ts'

/** A file of a set on this machine; `content`: it is made here, there is no file of it. */
export type LocalSetFile = {
  readonly path: string
  readonly file: string
  readonly bytes: number
  readonly content?: Uint8Array
}

/** An HLS film on this machine: every file that is needed to play it, the playlist that is played first. */
export type LocalSet = {
  readonly files: readonly LocalSetFile[]
  /** The playlist of the picture, as a path on this machine. */
  readonly picture: string
}

/** A set that can be published, or a sentence about what is wrong with it. */
export type ReadSet =
  | { readonly ok: true; readonly set: LocalSet; readonly shown: Showable & { readonly ok: true } }
  | { readonly ok: false; readonly message: string }

/** More than a day of segments of six seconds, and all that a manifest may list. */
const mostFiles = 20_000
/** The master playlist that is made when picture and sound lie in playlists of their own. */
const madeMaster = 'plazacast-master.m3u8'

const refuse = (message: string): ReadSet => ({ ok: false, message })

/** Whether a file is an HLS playlist, by its content. */
export async function isHlsPlaylist(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const head = Buffer.alloc(16)
    await file.read(head, 0, head.length, 0)
    return head
      .toString('latin1')
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .startsWith('#EXTM3U')
  } finally {
    await file.close()
  }
}

/**
 * Follows an HLS playlist to all that belongs to it: of several variants the best, its sound, segments, first parts (EXT-X-MAP)
 * and keys (AES-128), all of which must lie in the playlist's own folder or below. Subtitles are left out.
 */
export async function readSet(path: string, shownPath: string): Promise<ReadSet> {
  const folder = dirname(path)
  try {
    const variant = chooseVariant(await readFile(path, 'utf8'))
    const heads = headsOf(basename(path), variant)
    if (typeof heads === 'string') return refuse(heads)
    const files = await follow(folder, heads.queue, heads.made)
    if (typeof files === 'string') return refuse(files)
    const picture = join(folder, heads.picture)
    const header = await withPlainPicture(picture, readStreamHeader)
    if (!header) return refuse('is an HLS playlist whose segments cannot be read.')
    const shown = judgeFilm(shownPath, { ...header, container: 'mp4' })
    if (!shown.ok) return refuse(shown.message)
    return { ok: true, set: { files, picture }, shown: { ...shown, mediaType: 'application/vnd.apple.mpegurl' } }
  } catch (error) {
    return refuse(`cannot be published as HLS: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

type Heads = {
  readonly picture: string
  readonly queue: readonly string[]
  readonly made: LocalSetFile | undefined
}

/** Where to begin: the named playlist itself; of a master the best variant, behind a master of its own if its sound lies apart. */
function headsOf(name: string, variant: ReturnType<typeof chooseVariant>): Heads | string {
  if (!variant) return { picture: name, queue: [name], made: undefined }
  const picture = pathInSet(name, variant.address)
  if (picture === undefined) return leadsOut(name, variant.address)
  if (variant.soundAddress === undefined) return { picture, queue: [picture], made: undefined }
  const sound = pathInSet(name, variant.soundAddress)
  if (sound === undefined) return leadsOut(name, variant.soundAddress)
  const content = Buffer.from(variant.master)
  const made = { path: madeMaster, file: madeMaster, bytes: content.byteLength, content }
  return { picture, queue: [picture, sound], made }
}

const leadsOut = (name: string, address: string): string =>
  `leads out of its folder: ${name} names ${JSON.stringify(address.slice(0, 200))}. Copy all of the film into one folder, and name its files relative to it.`

/** All files by their paths, in the order in which they are met; a sentence if something is wrong. */
async function follow(
  folder: string,
  heads: readonly string[],
  made: LocalSetFile | undefined,
): Promise<LocalSetFile[] | string> {
  const files = new Map<string, LocalSetFile>(made ? [[made.path, made]] : [])
  for (const head of heads) {
    const file = await localFile(folder, head)
    if (typeof file === 'string') return file
    if (file.bytes > mostPlaylistBytes) return `is too large for a playlist: ${head}`
    files.set(head, file)
    const outline = outlineOf(await readFile(file.file, 'utf8'))
    if (!outline.ok) return `cannot be published: ${head} ${outline.reason}.`
    if (outline.isMaster) return `cannot be published: ${head} is a master playlist inside another one.`
    if (!outline.ended) {
      return `has no end (${head} lacks #EXT-X-ENDLIST). If it is a live stream, write its address: "stream: https://…" instead of "file:".`
    }
    for (const { address } of outline.links) {
      const path = pathInSet(head, address)
      if (path === undefined) return leadsOut(head, address)
      if (files.has(path)) continue
      const one = await localFile(folder, path)
      if (typeof one === 'string') return one
      files.set(path, one)
      if (files.size > mostFiles) return `has more than ${mostFiles} files; make the segments longer.`
    }
  }
  return [...files.values()]
}

async function localFile(folder: string, path: string): Promise<LocalSetFile | string> {
  if (!hlsPath.safeParse(path).success || path === 'manifest.json') {
    return `names ${JSON.stringify(path)}; players take names of letters, digits, "-", "_" and "." only.`
  }
  const file = join(folder, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return `is not whole: ${path} is not there.`
  return found.size === 0 ? `is not whole: ${path} is empty.` : { path, file, bytes: found.size }
}
