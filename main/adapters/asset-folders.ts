import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import type { StoredFile } from '../../shared/cache/garbage.ts'

/**
 * Where assets lie: `assets/<2 hex>/<64 hex>`, named by their content, and half downloads in `partial/<64 hex>`, all below one
 * data folder, so that a rename never crosses file systems. Nothing of it is written down, so the data folder can be moved.
 */
export type AssetFolders = {
  readonly assetsDir: string
  readonly partialDir: string
  readonly folderOf: (asset: AssetName) => string
  readonly pathOf: (asset: AssetName) => string
  readonly partialOf: (asset: AssetName) => string
}

export function assetFoldersIn(dataDir: string): AssetFolders {
  const [assetsDir, partialDir] = [join(dataDir, 'assets'), join(dataDir, 'partial')]
  const folderOf = (asset: AssetName) => join(assetsDir, hexOf(asset).slice(0, 2))
  const pathOf = (asset: AssetName) => join(folderOf(asset), hexOf(asset))
  return { assetsDir, partialDir, folderOf, pathOf, partialOf: (asset) => join(partialDir, hexOf(asset)) }
}

/** When assets and half downloads were needed last, by what the database says of them (ms since 1970). */
export type NeededAt = { readonly held: ReadonlyMap<AssetName, number>; readonly half: ReadonlyMap<AssetName, number> }

/** Everything that takes room, also what nothing is known of. */
export async function storedIn(
  { assetsDir, partialDir }: AssetFolders,
  { held, half }: NeededAt,
): Promise<StoredFile[]> {
  const folders = (await entriesOf(assetsDir)).filter(isAssetFolder).map(({ name }) => name)
  const files = await Promise.all(folders.map((folder) => filesIn(join(assetsDir, folder), held)))
  return [...files.flat(), ...(await filesIn(partialDir, half))]
}

/** Half downloads of which nothing is known. */
export async function strayHalvesIn({ partialDir }: AssetFolders, known: ReadonlySet<AssetName>): Promise<AssetName[]> {
  const halves = await filesIn(partialDir, new Map())
  return halves.map(({ asset }) => asset).filter((asset) => !known.has(asset))
}

/** What is in the two folders and is neither an asset nor half of one: left by a tool, an editor or a copy that broke off. */
export async function strangersIn({ assetsDir, partialDir }: AssetFolders): Promise<string[]> {
  const isName = (name: string) => /^[0-9a-f]{64}$/.test(name)
  const halves = (await entriesOf(partialDir)).filter(({ name }) => !isName(name))
  const folders = await entriesOf(assetsDir)
  const [good, bad] = [folders.filter(isAssetFolder), folders.filter((one) => !isAssetFolder(one))]
  const within = good.map(async ({ name: folder }) => {
    const files = await entriesOf(join(assetsDir, folder))
    return files
      .filter(({ name }) => !isName(name) || !name.startsWith(folder))
      .map(({ name }) => join(assetsDir, folder, name))
  })
  const strangers = halves.map(({ name }) => join(partialDir, name))
  return [...strangers, ...bad.map(({ name }) => join(assetsDir, name)), ...(await Promise.all(within)).flat()]
}

const isAssetFolder = (one: { name: string; isDirectory(): boolean }): boolean =>
  one.isDirectory() && /^[0-9a-f]{2}$/.test(one.name)

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** What is in a folder; nothing, if somebody has removed it. */
const entriesOf = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })

async function filesIn(folder: string, times: ReadonlyMap<AssetName, number>): Promise<StoredFile[]> {
  const names = (await entriesOf(folder)).map(({ name }) => name).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return Promise.all(
    names.map(async (name) => {
      const asset = assetNameOf(name)
      const sizeBytes = (await lstat(join(folder, name)).catch(() => undefined))?.size ?? 0
      return { asset, sizeBytes, lastNeededAt: times.get(asset) ?? 0 }
    }),
  )
}
