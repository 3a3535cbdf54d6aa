import type { AssetName } from '../../shared/asset-name.ts'
import type { Heard } from '../../shared/neighbours/neighbour-table.ts'
import type { OpenedAsset } from './asset-store.ts'
import type { Undo } from './ports.ts'

/** What a player says of itself on the network. */
export type Announced = { readonly id: string; readonly fleet: string; readonly port: number }

/** Announces this player and hears of others of its fleet, never of itself, until it is undone, which says farewell. */
export type Discovery = (own: Announced, heard: (heard: Heard) => void) => Undo

/** An asset that is wanted and not held: `fetching`, with so many bytes here; `waiting` for somebody who has so many. */
export type Coming = { readonly kind: 'fetching' | 'waiting'; readonly doneBytes: number }

/** What a neighbour says of an asset: it has it; it has it but gives to enough others; it is coming; it knows nothing of it. */
export type NeighbourSays = { readonly kind: 'has' } | { readonly kind: 'busy' } | Coming | { readonly kind: 'none' }

/** How long a neighbour may take. `answerMs`: until it says something; `standstillMs`: between two chunks. */
export type Terms = { readonly answerMs: number; readonly standstillMs: number }

/** Bytes that a neighbour gives. `chunks` throws NeighbourFailed when it breaks off, is too slow, or gives too many. */
export type NeighbourGives = { readonly kind: 'gives'; readonly chunks: AsyncIterable<Uint8Array> }

type Place = { readonly address: string; readonly port: number }

/** Asks one neighbour. Both reject with NeighbourFailed, within a second if there is nobody; `silent`: it is there, and says nothing. */
export type NeighbourClient = {
  asks(place: Place, hex: string, terms: Terms, signal: AbortSignal): Promise<NeighbourSays | { kind: 'silent' }>
  fetches(
    place: Place,
    asked: { readonly hex: string; readonly sizeBytes: number },
    terms: Terms,
    signal: AbortSignal,
  ): Promise<NeighbourGives | Exclude<NeighbourSays, { kind: 'has' }>>
}

/** An expected failure of a neighbour. `lied`: what it said or gave cannot be the asset. */
export class NeighbourFailed extends Error {
  override readonly name = 'NeighbourFailed'
  readonly lied: boolean
  constructor(reason: string, lied = false) {
    super(reason)
    this.lied = lied
  }
}

/** What a player gives to its neighbours from. */
export type NeighbourShelf = {
  /** An asset that is held and may be given; its bytes are checked as they are read. */
  openAsset(asset: AssetName): Promise<OpenedAsset | undefined>
  /** How far an asset is that is wanted and not held; undefined: it is not wanted, or cannot be had. */
  coming(asset: AssetName): Coming | undefined
  /** Whether the machine has time for it: what plays comes first. */
  mayGive(): boolean
}

/** A server that neighbours ask. */
export type NeighbourServer = { readonly port: number; stop(): Promise<void> }
export type StartNeighbourServer = (shelf: NeighbourShelf) => Promise<NeighbourServer>

/** SHA-256 of bytes as they come; `hex` ends it. */
export type Hasher = { update(bytes: Uint8Array): void; hex(): string }
