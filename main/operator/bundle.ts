import { copyFile, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hexOf } from '../../shared/asset-name.ts'
import type { Jws } from '../../shared/documents/jws.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type LocalAsset, onceEach, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { approvedAssets } from './approved-assets.ts'
import { openFleetLink } from './fleet-link.ts'
import { knownDocument } from './known-documents.ts'
import { playlistPush } from './playlist-push.ts'
import { playlistToSign } from './playlist-to-sign.ts'
import { hashFile } from './probe.ts'
import type { Mistaken, PublishProgress } from './publication.ts'
import { makeDocument } from './push.ts'
import type { Settings } from './settings.ts'

export type BundleRequest = {
  readonly settings: Settings
  /** Path of the playlist in YAML. */
  readonly file: string
  /** The stick, or any folder; the bundle is a folder in it. */
  readonly output: string
  readonly target?: string | undefined
  readonly approvals?: readonly Jws[] | undefined
  readonly revision?: number | undefined
  readonly report?: ((progress: PublishProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export type Bundled =
  | Mistaken
  | {
      readonly kind: 'bundled'
      readonly folder: string
      /** Topics without the prefix. */
      readonly documents: readonly string[]
      readonly files: number
      readonly totalBytes: number
      readonly target: string
      readonly revision: number
    }

/**
 * Writes a folder for a stick: the playlist as its next revision, what players need to believe it (trust, sites and
 * take-downs as they are on the broker), and the files under their hashes. Nothing in it is secret, and a player believes
 * nothing of it but the signatures.
 */
export async function bundle(request: BundleRequest): Promise<Bundled> {
  const { settings } = request
  const read = await playlistToSign(request)
  if (read.kind === 'mistakes') return read
  const { playlist, target, publisher } = read
  const prefix = settings.topicPrefix
  const link = await openFleetLink(settings, [
    `${prefix}/trust`,
    `${prefix}/takedowns`,
    `${prefix}/players/+/site`,
    `${prefix}/${target}/playlists/${playlist.id}`,
  ])
  try {
    const { assets, approvals } = await approvedAssets(link, read, publisher, request)
    const distinct = onceEach(withSetFiles([...assets.values()]))
    const made = await makeDocument(playlistPush(link, request, read, { assets, approvals, urlsOf: () => [] }))
    const around = await documentsAround(link, settings)
    const texts = new Map([...around, [made.topic.slice(prefix.length + 1), made.text]])
    const folder = join(request.output, 'plazacast-bundle')
    await writeBundle(folder, texts, distinct)
    const totalBytes = distinct.reduce((sum, { facts }) => sum + facts.bytes, 0)
    return {
      kind: 'bundled',
      folder,
      documents: [...texts.keys()],
      files: distinct.length,
      totalBytes,
      target,
      revision: made.revision,
    }
  } finally {
    await link.close()
  }
}

/** Trust, sites and take-downs as they are kept on the broker, as far as they are signed by this fleet. */
async function documentsAround(
  link: Awaited<ReturnType<typeof openFleetLink>>,
  { keys, topicPrefix }: Settings,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const [topic] of link.documents()) {
    const known = /\/(trust|takedowns|site)$/.test(topic) ? await knownDocument(link, keys, topic) : undefined
    if (known) texts.set(topic.slice(topicPrefix.length + 1), known.text)
  }
  return texts
}

/** Written beside the old one, which it replaces when all of it is there. */
async function writeBundle(
  folder: string,
  texts: ReadonlyMap<string, string>,
  assets: readonly LocalAsset[],
): Promise<void> {
  const draft = `${folder}.part`
  await rm(draft, { recursive: true, force: true })
  await mkdir(join(draft, 'assets'), { recursive: true }).catch((error: Error) => {
    throw new OperatorError(`${dirname(folder)} cannot be written to: ${error.message}.`)
  })
  for (const [name, text] of texts) {
    const path = join(draft, 'documents', `${name}.json`)
    await mkdir(dirname(path), { recursive: true })
    await writeSynced(path, text)
  }
  for (const asset of assets) await copyChecked(asset, join(draft, 'assets', hexOf(asset.name)))
  await writeFile(join(draft, 'README.txt'), readme)
  await rm(folder, { recursive: true, force: true })
  await rename(draft, folder)
}

/** Sticks lie: what was written is read again. */
async function copyChecked(asset: LocalAsset, path: string): Promise<void> {
  await (asset.content ? writeFile(path, asset.content) : copyFile(asset.path, path)).catch((error: Error) => {
    throw new OperatorError(`${asset.path} cannot be copied to the stick: ${error.message}.`)
  })
  const file = await open(path, 'r+')
  await file.sync()
  await file.close()
  if ((await stat(path)).size !== asset.facts.bytes || (await hashFile(path)) !== asset.name) {
    throw new OperatorError(
      `${path} does not hold what was copied: is the stick damaged, or has ${asset.path} changed?`,
    )
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

const readme = [
  'Plazacast: a playlist on a stick',
  '',
  'Put the stick into the player of the wall. Nothing has to be pressed. The player looks at it within',
  'seconds, checks every signature, and copies the films and photos that its wall needs.',
  '',
  'When it is done, plazacast-report.txt lies on the stick beside this folder. It begins with DONE, or',
  'says what was refused and why. If no such file appears, the stick may be write-protected: the player',
  'reports the same to the operators.',
  '',
  'Do not rename or change anything in this folder: the player refuses what is not exactly as it was',
  'signed. There is nothing secret on this stick.',
  '',
].join('\r\n')
