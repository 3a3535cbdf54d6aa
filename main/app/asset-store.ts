import type { AssetName } from '../../shared/asset-name.ts'
import type { StoredFile } from '../../shared/cache/garbage.ts'
import type { MediaType } from '../../shared/documents/playlist.ts'

/** What is signed about an asset's bytes. */
export type AssetFactsToKeep = { readonly sizeBytes: number; readonly mediaType: MediaType }

/** An asset whose bytes are handed out only if they are the approved ones. */
export type OpenedAsset = AssetFactsToKeep & {
  /** Throws DamagedPiece instead of giving a byte of a piece that does not match; RangeError for a range outside the file. */
  read(start: number, endExclusive: number): AsyncIterable<Uint8Array>
}

/** A file on disk is no longer what was approved. `piece`: which MiB does not match; undefined: the file as a whole. */
export class DamagedPiece extends Error {
  override readonly name = 'DamagedPiece'
  readonly asset: AssetName
  readonly piece: number | undefined
  constructor(asset: AssetName, piece: number | undefined, why: string) {
    super(`${asset}${piece === undefined ? '' : `, piece ${piece}`}: ${why}`)
    this.asset = asset
    this.piece = piece
  }
}

/** A file that is being downloaded. */
export type PartialFile = {
  /** Appends; throws with code ENOSPC when the disk is full. */
  write(chunk: Uint8Array): Promise<void>
  /** What was written so far outlives a power cut when this resolves. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type Kept = { readonly kind: 'kept' } | { readonly kind: 'mismatch'; readonly found: string }

/** The assets on disk. A row in the database says that a file is there; the file is always there first. */
export type AssetFiles = {
  /** Undefined when it is not held. Opens nothing until it is read. */
  openAsset(asset: AssetName): Promise<OpenedAsset | undefined>
  /** Opens the half download and cuts it to `keepBytes`, or to what there is; `sizeBytes` is its length then. */
  openPartial(asset: AssetName, keepBytes: number): Promise<{ readonly file: PartialFile; readonly sizeBytes: number }>
  removePartial(asset: AssetName): Promise<void>
  /** Makes a complete download an asset: synced, hashed as it is on disk, renamed, written down. A mismatch is thrown away. */
  keep(asset: AssetName, facts: AssetFactsToKeep): Promise<Kept>
  /** Takes up a file that has the asset's name but no row, if its bytes have the hash; throws it away if not. */
  adopt(asset: AssetName, facts: AssetFactsToKeep): Promise<boolean>
  /** Reads the whole file; drops it if it is damaged. `pause` is awaited after each piece and may throw to give up. */
  verify(asset: AssetName, pause: () => Promise<void>): Promise<boolean>
  /** A look at every held file's size without reading it; drops what is missing or of another size. */
  checkSizes(): void
  /** Removes an asset from disk and from what is held. */
  remove(asset: AssetName): Promise<void>
  /** Half downloads that nothing is known of any more, and files of others in the cache's own folders. */
  removeStrayPartials(): Promise<void>
  /** Everything that takes room: held assets, files without a row, half downloads. */
  stored(): Promise<StoredFile[]>
  freeBytes(): Promise<number>
  /** The disk that the assets are on. */
  volume(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
}
