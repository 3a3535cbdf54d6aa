import { readFile, stat } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { type Mistake, mistakesOf, type PlacedMistake, placed } from '../../shared/operator/mistake.ts'
import { fieldNamesAt, type PlaylistFile, playlistFile, sourceOf } from '../../shared/operator/playlist-file.ts'
import type { Showable } from '../../shared/operator/showable.ts'
import { readYaml, type YamlText } from '../adapters/yaml-text.ts'
import { isHlsPlaylist, type LocalSet, readSet } from './hls-set.ts'
import { probeFile } from './probe.ts'

/** A film or photo beside the playlist, with what a player will make of it; `set`: the files of an HLS film. */
export type FileSource = {
  readonly kind?: 'file'
  readonly path: string
  readonly bytes: number
  readonly shown: Showable & { readonly ok: true }
  readonly set?: LocalSet
}
/** A live stream: nothing is known of it but its address. */
export type StreamSource = {
  readonly kind: 'stream'
  readonly url: string
  readonly bytes: 0
  readonly shown?: undefined
}
export type Source = FileSource | StreamSource

/** A playlist that can be published, with its files by the path as written in it; or all that is wrong with it. */
export type ReadPlaylist =
  | { readonly ok: true; readonly playlist: PlaylistFile; readonly sources: ReadonlyMap<string, Source> }
  | { readonly ok: false; readonly mistakes: readonly PlacedMistake[] }

/**
 * Reads a playlist in YAML and looks into each file it names (paths are relative to the playlist). Does not hash. `onFile`
 * hears into how many files it has looked, and how many there are.
 */
export async function readPlaylistFile(
  path: string,
  onFile: (done: number, total: number) => void = () => {},
): Promise<ReadPlaylist> {
  const shownPath = relative(process.cwd(), path).startsWith('..') ? path : relative(process.cwd(), path) || path
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (text instanceof Error) {
    return { ok: false, mistakes: [{ file: shownPath, line: 1, column: 1, field: '', message: unreadable(text) }] }
  }
  const yaml = readYaml(text)
  const syntax = yaml.errors.map(({ place, message }) => ({ file: shownPath, ...place, field: '', message }))
  if (yaml.errors.some(({ fatal }) => fatal)) return { ok: false, mistakes: syntax }
  const { playlist, mistakes } = readSchema(yaml)
  const looked = await lookAtFiles(yaml.value, dirname(path), onFile)
  const found = [...mistakes, ...looked.mistakes, ...missingDurations(playlist, looked.sources)]
  const all = [...syntax, ...found.map((mistake) => placedIn(shownPath, yaml, mistake))]
  if (playlist && all.length === 0) return { ok: true, playlist, sources: looked.sources }
  return { ok: false, mistakes: all.sort((a, b) => a.line - b.line || a.column - b.column) }
}

function placedIn(file: string, yaml: YamlText, mistake: Mistake): PlacedMistake {
  const { line, column } = yaml.placeOf(mistake.path, mistake.at)
  return placed(file, mistake, line, column)
}

function readSchema(yaml: YamlText): { playlist?: PlaylistFile; mistakes: Mistake[] } {
  if (yaml.value === null || yaml.value === undefined) {
    return { mistakes: [{ path: [], message: 'the file is empty; a playlist needs an id and items', at: 'value' }] }
  }
  const read = playlistFile.safeParse(yaml.value, { reportInput: true })
  return read.success ? { playlist: read.data, mistakes: [] } : { mistakes: mistakesOf(read.error, fieldNamesAt) }
}

/** Files that are open at a time: probing waits for the disk more than it computes. */
const atOnce = 8

/** Every file that is named, also when other things are wrong: an operator wants to hear of all mistakes at once. */
async function lookAtFiles(
  value: unknown,
  folder: string,
  onFile: (done: number, total: number) => void,
): Promise<{ sources: Map<string, Source>; mistakes: Mistake[] }> {
  const named = filesIn(value)
  const files = [...new Set(named.map(([, file]) => file))]
  const looks = new Map<string, Source | string>()
  const queue = files.values()
  const work = async () => {
    for (const file of queue) {
      looks.set(file, await lookAtFile(resolve(folder, file), file))
      onFile(looks.size, files.length)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const mistakes = named.flatMap(([index, file]): Mistake[] => {
    const look = looks.get(file)
    return typeof look === 'string' ? [{ path: ['items', index, 'file'], message: `${file} ${look}`, at: 'value' }] : []
  })
  const sources = files.flatMap((file): [string, Source][] => {
    const look = looks.get(file)
    return typeof look === 'object' ? [[file, look]] : []
  })
  const streams = streamsIn(value).map((url): [string, Source] => [url, { kind: 'stream', url, bytes: 0 }])
  return { sources: new Map([...sources, ...streams]), mistakes }
}

const filesIn = (value: unknown): [number, string][] => textsIn(value, 'file')

const streamsIn = (value: unknown): string[] => textsIn(value, 'stream').map(([, url]) => url)

/** What the items say under this name, with their places. */
function textsIn(value: unknown, field: 'file' | 'stream'): [number, string][] {
  const items: unknown = (value as { items?: unknown } | null)?.items
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown, index): [number, string][] => {
    const text: unknown = (item as { file?: unknown; stream?: unknown } | null)?.[field]
    return typeof text === 'string' && text !== '' ? [[index, text]] : []
  })
}

/** What a player makes of a file, or a sentence about what is wrong with it. */
export async function lookAtFile(path: string, shownPath: string): Promise<FileSource | string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) return found.code === 'ENOENT' ? `is not there (looked for ${path})` : unreadable(found)
  if (!found.isFile()) return 'is not a file'
  if (found.size === 0) return 'is empty'
  if (await isHlsPlaylist(path).catch(() => false)) {
    const read = await readSet(path, shownPath)
    if (!read.ok) return read.message
    const { set, shown } = read
    return { path, bytes: set.files.reduce((sum, file) => sum + file.bytes, 0), shown, set }
  }
  const shown = await probeFile(path, shownPath).catch((error: NodeJS.ErrnoException) => error)
  if (shown instanceof Error) return unreadable(shown)
  return shown.ok ? { path, bytes: found.size, shown } : shown.message
}

const unreadable = (error: NodeJS.ErrnoException): string =>
  error.code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${error.message}`

/** A film lasts as long as it lasts; a photo or a live stream only as long as it is told. */
function missingDurations(playlist: PlaylistFile | undefined, sources: ReadonlyMap<string, Source>): Mistake[] {
  if (!playlist || playlist.defaults?.seconds !== undefined) return []
  return playlist.items.flatMap((item, index): Mistake[] => {
    const source = sources.get(sourceOf(item))
    const isStream = source?.kind === 'stream'
    const isPhoto = source?.kind !== 'stream' && source?.shown.mediaType.startsWith('image/')
    if (!(isPhoto || isStream) || item.seconds !== undefined) return []
    const what = isStream ? 'live stream' : 'photo'
    const message = `is missing; a ${what} needs a duration, here or under defaults`
    return [{ path: ['items', index, 'seconds'], message, at: 'value' }]
  })
}
