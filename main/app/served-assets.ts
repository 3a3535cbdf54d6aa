import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import type { HlsAssets } from '../../shared/hls/hls-asset.ts'
import type { ReadDb } from '../sqlite/open.ts'
import { isTakenDown } from '../sqlite/taken-down.ts'
import type { AssetFiles, OpenedAsset } from './asset-store.ts'

/** What the page may read of the assets on disk: not a byte of what was taken down, even if it still asks for it. */
export const servedAssets =
  (db: ReadDb, files: Pick<AssetFiles, 'openAsset'>): AssetFiles['openAsset'] =>
  async (asset: AssetName) =>
    isTakenDown(db, asset) ? undefined : files.openAsset(asset)

/** A file of a set, as the loopback server gives it: what it is follows from its name, since it is no asset of a playlist. */
export type OpenedSetFile = Omit<OpenedAsset, 'mediaType'> & { readonly mediaType: string }

/**
 * What the page may read of HLS sets: the files that the manifest lists and no other path, and nothing of a set of which the
 * manifest or any file was taken down.
 */
export const servedSetFiles =
  (db: ReadDb, files: Pick<AssetFiles, 'openAsset'>, hls: () => HlsAssets) =>
  async (hex: string, path: string): Promise<OpenedSetFile | undefined> => {
    const manifest = assetNameOf(hex)
    const set = hls().get(manifest)
    const file = set?.kind === 'on-demand' && set.checked ? set.files.find((one) => one.path === path) : undefined
    if (!file || isTakenDown(db, manifest) || isTakenDown(db, file.asset)) return undefined
    const opened = await files.openAsset(file.asset)
    return opened && { ...opened, mediaType: contentTypeOf(path) }
  }

const contentTypeOf = (path: string): string =>
  contentTypes[/[^.]*$/.exec(path)?.[0].toLowerCase() ?? ''] ?? 'application/octet-stream'

const contentTypes: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  mp4: 'video/mp4',
  m4s: 'video/iso.segment',
  m4v: 'video/mp4',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
}
