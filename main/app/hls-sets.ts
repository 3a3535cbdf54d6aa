import type { AssetName } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { HlsAsset, HlsAssets, SetFile } from '../../shared/hls/hls-asset.ts'
import { mostManifestBytes, problemInSet, readManifest } from '../../shared/hls/read-manifest.ts'
import type { AssetFiles } from './asset-store.ts'

export type HlsSetsOptions = {
  readonly files: Pick<AssetFiles, 'openAsset'>
  /** Something is known now that was not: the loop may be another one. */
  readonly changed: () => void
  /** A manifest was approved that cannot be played. Told once. */
  readonly onUnplayable: (asset: AssetName, reason: string) => void
}

/** What the manifests on disk say. */
export type HlsSets = {
  /** Reads what has come and was not read yet; does not wait for it. */
  look(wanted: readonly WantedAsset[], held: ReadonlySet<AssetName>): void
  readonly known: () => HlsAssets
  /** Whether it asks for nothing more: it is a file of a set, or a manifest that was read. */
  isSettled(asset: AssetName): boolean
  /** Whether it is a file of a set, which is told of with the set. */
  isPart(asset: AssetName): boolean
}

/** What is no longer wanted may still be on the wall until its end. */
const mostUnwanted = 32

/**
 * Reads manifests and the playlists of sets when they are on disk, piece by piece against their hashes. What was read stays
 * true for as long as the name does, so it is read once, however often files come and go.
 */
export function createHlsSets({ files, changed, onUnplayable }: HlsSetsOptions): HlsSets {
  let known = new Map<AssetName, HlsAsset>()
  let parts = new Set<AssetName>()
  const reading = new Set<AssetName>()

  function look(wanted: readonly WantedAsset[], held: ReadonlySet<AssetName>): void {
    const manifests = wanted.filter(
      ({ asset, mediaType }) => mediaType === 'application/vnd.apple.mpegurl' && !parts.has(asset),
    )
    forget(new Set(manifests.map(({ asset }) => asset)))
    for (const { asset } of manifests) if (!reading.has(asset) && held.has(asset)) void lookAt(asset, held)
  }

  async function lookAt(asset: AssetName, held: ReadonlySet<AssetName>): Promise<void> {
    const before = known.get(asset)
    const isDue = !before || (before.kind === 'on-demand' && !before.checked && isWhole(before.files, held))
    if (!isDue) return
    reading.add(asset)
    // What cannot be read is damaged or gone: it is dropped there, fetched again, and then looked at again.
    const after = await (before ? checked(before) : readAsset(asset)).catch(() => undefined)
    reading.delete(asset)
    if (!after) return
    known = new Map([...known, [asset, after]])
    parts = new Set([...known.values()].flatMap(filesOf).map((file) => file.asset))
    if (after.kind === 'unplayable') onUnplayable(asset, after.reason)
    changed()
  }

  async function readAsset(asset: AssetName): Promise<HlsAsset> {
    const bytes = await readWhole(asset, mostManifestBytes)
    return bytes ? readManifest(bytes) : { kind: 'unplayable', reason: 'the manifest is too large' }
  }

  async function checked(set: HlsAsset): Promise<HlsAsset> {
    if (set.kind !== 'on-demand') return set
    const problem = await problemInSet(set.files, async ({ asset, bytes }) =>
      Buffer.from((await readWhole(asset, bytes)) ?? '').toString('utf8'),
    )
    return problem === undefined ? { ...set, checked: true } : { kind: 'unplayable', reason: problem }
  }

  /** Undefined if it is larger than that. */
  async function readWhole(asset: AssetName, mostBytes: number): Promise<Uint8Array | undefined> {
    const opened = await files.openAsset(asset)
    if (!opened) throw new Error(`${asset} is not held`)
    if (opened.sizeBytes > mostBytes) return undefined
    const chunks: Uint8Array[] = []
    for await (const chunk of opened.read(0, opened.sizeBytes)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  function forget(wanted: ReadonlySet<AssetName>): void {
    const unwanted = [...known.keys()].filter((asset) => !wanted.has(asset))
    for (const asset of unwanted.slice(0, Math.max(0, unwanted.length - mostUnwanted))) known.delete(asset)
  }

  const isSettled = (asset: AssetName) => known.has(asset) || parts.has(asset)

  return { look, known: () => known, isSettled, isPart: (asset) => parts.has(asset) }
}

const filesOf = (hls: HlsAsset): readonly SetFile[] => (hls.kind === 'on-demand' ? hls.files : [])

const isWhole = (files: readonly SetFile[], held: ReadonlySet<AssetName>): boolean =>
  files.every(({ asset }) => held.has(asset))
