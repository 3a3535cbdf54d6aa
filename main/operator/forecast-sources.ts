import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { assetNameOf } from '../../shared/asset-name.ts'
import { parseDocument, parseJson } from '../../shared/documents/documents.ts'
import { jws } from '../../shared/documents/jws.ts'
import { type MediaType, type Playlist, playlist as playlistSchema } from '../../shared/documents/playlist.ts'
import { pathOf } from '../../shared/documents/refusal.ts'
import type { Site } from '../../shared/documents/site.ts'
import type { Takedowns } from '../../shared/documents/takedowns.ts'
import { type Mistake, mistakeLine, mistakesOf, placed } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { fieldNamesAt, type PlaylistFile, playlistFile, sourceOf } from '../../shared/operator/playlist-file.ts'
import { type LocalAsset, playlistPayload } from '../../shared/operator/playlist-payload.ts'
import { readYaml } from '../adapters/yaml-text.ts'
import { probeFile } from './probe.ts'

/** What a forecast is made from, from wherever it came. */
export type ForecastDocument = Playlist | Site | Takedowns

/**
 * Reads a playlist source in YAML, or a playlist, site or takedowns document in JSON, bare or signed; signatures are not checked.
 * Throws sentences with file and field.
 */
export async function readForecastFile(file: string): Promise<ForecastDocument> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw wrong(file, error.code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${error.message}`)
  })
  const isJson = /^\s*\{/.test(bytes.toString('utf8', 0, 4096)) && !/\.ya?ml$/i.test(file)
  return isJson ? readForecastJson(bytes, file) : readSource(bytes.toString('utf8'), file)
}

/** Reads a document in JSON; `from` is what the sentences call it. */
export function readForecastJson(bytes: Uint8Array, from: string): ForecastDocument {
  const json = parseJson(bytes)
  if (!json.ok) throw wrong(from, `is not JSON: ${json.refusal.message}`)
  const signed = jws.safeParse(json.value)
  if (signed.success) return readForecastJson(Buffer.from(signed.data.payload, 'base64url'), from)
  const kind = kindOf(json.value)
  if (kind !== 'playlist' && kind !== 'site' && kind !== 'takedowns') {
    const got = typeof kind === 'string' ? `a ${kind} document` : 'no document of a kind'
    throw wrong(from, `is ${got}; expected a playlist, a site or takedowns, bare or signed`)
  }
  const read = parseDocument(kind, bytes)
  if (read.ok) return read.value
  throw wrong(from, `${read.refusal.field === '' ? '' : `${read.refusal.field}: `}${read.refusal.message}`)
}

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined

const wrong = (file: string, message: string): OperatorError => new OperatorError(`${file}: ${message}`, 2)

/** The files a source names need not be there: an asset is made up for each, and only films that are there tell their length. */
async function readSource(text: string, file: string): Promise<Playlist> {
  const yaml = readYaml(text)
  const fatal = yaml.errors.map(({ place, message }) => mistakeLine({ file, ...place, field: '', message }))
  if (fatal.length > 0) throw new OperatorError(fatal.join('\n'), 2)
  const tell = (mistakes: readonly Mistake[]) =>
    new OperatorError(
      mistakes
        .map((one) => {
          const { line, column } = yaml.placeOf(one.path, one.at)
          return mistakeLine(placed(file, one, line, column))
        })
        .join('\n'),
      2,
    )
  if (yaml.value === null || yaml.value === undefined) throw wrong(file, 'is empty; a playlist needs an id and items')
  const read = playlistFile.safeParse(yaml.value, { reportInput: true })
  if (!read.success) throw tell(mistakesOf(read.error, fieldNamesAt))
  const assets = await imaginedAssets(read.data, dirname(file))
  const lacking = read.data.items.flatMap(({ seconds, ...one }, index): Mistake[] => {
    const isPhoto = assets.get(sourceOf(one))?.facts.mediaType.startsWith('image/')
    if (!isPhoto || seconds !== undefined || read.data.defaults?.seconds !== undefined) return []
    const message = 'is missing; a photo needs a duration, here or under defaults'
    return [{ path: ['items', index, 'seconds'], message, at: 'value' }]
  })
  if (lacking.length > 0) throw tell(lacking)
  const payload = playlistPayload(read.data, {
    target: read.data.target ?? 'fleet',
    revision: 1,
    issuedAt: '1970-01-01T00:00:00Z',
    assets,
    urlsOf: () => [],
    approvals: [],
  })
  const checked = playlistSchema.safeParse(payload)
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]
  throw wrong(file, `${pathOf(issue?.path ?? [])}: ${issue?.message}`)
}

async function imaginedAssets(source: PlaylistFile, folder: string): Promise<Map<string, LocalAsset>> {
  const files = [...new Set(source.items.map(sourceOf))]
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, LocalAsset]> => {
        const path = resolve(folder, file)
        const found = await probeFile(path).catch(() => undefined) // not there: nothing but its name is known
        const shown = found?.ok ? found : undefined
        const facts = {
          mediaType: shown?.mediaType ?? mediaTypeBy(file, source),
          bytes: 1,
          ...(shown?.seconds !== undefined && { seconds: shown.seconds }),
        }
        return [file, { name: assetNameOf(createHash('sha256').update(file).digest('hex')), path, facts }]
      }),
    ),
  )
}

const endings: readonly (readonly [RegExp, MediaType])[] = [
  [/\.webm$/i, 'video/webm'],
  [/\.jpe?g$/i, 'image/jpeg'],
  [/\.png$/i, 'image/png'],
  [/\.webp$/i, 'image/webp'],
  [/\.avif$/i, 'image/avif'],
  [/\.gif$/i, 'image/gif'],
  [/\.m3u8$/i, 'application/vnd.apple.mpegurl'],
]
function mediaTypeBy(file: string, source: PlaylistFile): MediaType {
  if (source.items.some(({ stream }) => stream === file)) return 'application/vnd.apple.mpegurl'
  return endings.find(([ending]) => ending.test(file))?.[1] ?? 'video/mp4'
}
