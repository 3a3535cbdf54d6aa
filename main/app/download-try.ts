import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { isFull } from '../sqlite/connection.ts'
import { findDownload, type HalfDownload, putDownload, removeDownload } from '../sqlite/downloads.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { type AssetSource, type SourceAnswer, SourceFailed } from './asset-source.ts'
import type { AssetFiles } from './asset-store.ts'
import { type Store, storing } from './download-store.ts'
import type { Clock } from './ports.ts'
import type { Throttle } from './throttle.ts'

/**
 * How one try ended. `cut` and `refused`: the server or the network; `mismatch`: the whole came from this one address and
 * is not what was signed; `disk`: this machine cannot store it, because it is full or for another reason.
 */
export type TryOutcome =
  | { readonly kind: 'cached'; readonly isFromOrigin?: boolean }
  | { readonly kind: 'cut'; readonly newBytes: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'mismatch'; readonly reason: string }
  | { readonly kind: 'disk'; readonly reason: string; readonly told?: true; readonly isFull?: boolean }

export type TryTools = {
  readonly db: WriteDb
  readonly files: AssetFiles
  readonly source: AssetSource
  readonly clock: Clock
  readonly throttle: Throttle
}

/** How far a try has come. */
export type NoteProgress = (doneBytes: number, state: 'downloading' | 'checking') => void

/**
 * One try at one address. Goes on with a half download if there is one; when the result does not have the right hash, or
 * the server cannot go on, begins anew at the same address, so that no address is blamed for another one's bytes.
 */
export async function tryDownload(
  tools: TryTools,
  wanted: WantedAsset,
  url: string,
  signal: AbortSignal,
  note: NoteProgress,
): Promise<TryOutcome> {
  try {
    if (await tools.files.adopt(wanted.asset, factsOf(wanted))) return { kind: 'cached' }
    if (url === '') return { kind: 'refused', reason: 'there is no address to fetch it from' }
    const resumed = await fetchFrom(tools, wanted, url, findDownload(tools.db, wanted.asset), signal, note)
    if (resumed.kind !== 'start-over') return resumed
    const whole = await fetchFrom(tools, wanted, url, undefined, signal, note)
    return whole.kind === 'start-over' ? { kind: 'refused', reason: whole.reason } : whole
  } catch (error) {
    // Whatever it is, the wall goes on: what was stored of it is not trusted (a failed fsync is never tried again).
    await forget(tools, wanted).catch(() => {}) // a disk that cannot even remove is reported by the reason below
    return { kind: 'disk', reason: error instanceof Error ? error.message : String(error), isFull: isFull(error) }
  }
}

type FetchOutcome = TryOutcome | { readonly kind: 'start-over'; readonly reason: string }

async function fetchFrom(
  tools: TryTools,
  wanted: WantedAsset,
  url: string,
  half: HalfDownload | undefined,
  signal: AbortSignal,
  note: NoteProgress,
): Promise<FetchOutcome> {
  const asked = Math.min(half?.doneBytes ?? 0, wanted.bytes)
  const fetched =
    asked === wanted.bytes
      ? await alreadyComplete(tools, wanted)
      : await fetchRest(tools, wanted, url, half, asked, signal, note)
  return fetched.kind === 'complete' ? finish(tools, wanted, fetched, note) : fetched
}

/** The power went between the last byte and its name. */
async function alreadyComplete({ files }: TryTools, wanted: WantedAsset): Promise<RestOutcome> {
  const { file, sizeBytes } = await files.openPartial(wanted.asset, wanted.bytes)
  await file.close()
  return sizeBytes === wanted.bytes ? { kind: 'complete', beganAt: sizeBytes } : halfIsGone
}

/** Checks the complete file. Bytes from an earlier try make it impossible to say whose fault a mismatch is. */
async function finish(
  { files, db }: TryTools,
  wanted: WantedAsset,
  { beganAt, isFromOrigin = false }: Complete,
  note: NoteProgress,
): Promise<FetchOutcome> {
  note(wanted.bytes, 'checking')
  const kept = await files.keep(wanted.asset, factsOf(wanted))
  if (kept.kind === 'kept') return { kind: 'cached', isFromOrigin }
  removeDownload(db, wanted.asset)
  const reason = `has the hash ${kept.found}`
  return beganAt > 0 ? { kind: 'start-over', reason } : { kind: 'mismatch', reason }
}

type Complete = { readonly kind: 'complete'; readonly beganAt: number; readonly isFromOrigin?: boolean }
type RestOutcome = FetchOutcome | Complete
const halfIsGone = { kind: 'start-over', reason: 'the half download is not there' } as const

async function fetchRest(
  tools: TryTools,
  wanted: WantedAsset,
  url: string,
  half: HalfDownload | undefined,
  fromByte: number,
  signal: AbortSignal,
  note: NoteProgress,
): Promise<RestOutcome> {
  const validator = half?.url === url ? half.validator : null
  let newBytes = 0
  try {
    const answer = await tools.source(
      { url, asset: wanted.asset, sizeBytes: wanted.bytes, fromByte, validator, mayBePacked: isPressed(half) },
      signal,
    )
    const row = { asset: wanted.asset, url, validator: answer.validator, attempts: 0, nextAttemptAt: 0 }
    const checkpoint = (bytes: number) => {
      const doneBytes = answer.onlyWhole ? 0 : bytes
      putDownload(tools.db, { ...row, doneBytes, touchedAt: tools.clock.now() })
    }
    // What the row says must be there; a download that has just begun needs none until something of it is safe.
    if (half) checkpoint(answer.fromByte)
    const partial = await tools.files.openPartial(wanted.asset, answer.fromByte)
    try {
      if (partial.sizeBytes < answer.fromByte) return halfIsGone
      const store = storing(partial.file, answer.fromByte, wanted.bytes, tools.clock, checkpoint)
      for await (const doneBytes of stored(answer, store, tools.throttle, signal)) {
        newBytes = doneBytes - answer.fromByte
        note(doneBytes, 'downloading')
      }
    } finally {
      await partial.file.close()
    }
    if (answer.fromByte + newBytes === wanted.bytes) {
      return { kind: 'complete', beganAt: answer.fromByte, isFromOrigin: answer.isNear !== true }
    }
    return { kind: 'cut', newBytes, reason: 'the server ended too early' }
  } catch (error) {
    if (!(error instanceof SourceFailed)) throw error
    if (error.cannotResume && fromByte > 0) return { kind: 'start-over', reason: error.reason }
    return newBytes > 0
      ? { kind: 'cut', newBytes, reason: error.reason }
      : { kind: 'refused', reason: error.reason, retryAfterMs: error.retryAfterMs }
  }
}

/** A server that packed once may not do so again; one that always does is given the half download in the end. */
const isPressed = (half: HalfDownload | undefined): boolean => (half?.attempts ?? 0) >= 3

/** Stores chunks as they come, at the pace of all, and gives how many bytes there are. A cut loses nothing that has come. */
async function* stored(
  { chunks, isNear }: SourceAnswer,
  store: Store,
  throttle: Throttle,
  signal: AbortSignal,
): AsyncGenerator<number> {
  try {
    for await (const chunk of chunks) {
      await throttle.pass(chunk.byteLength, signal, isNear)
      await store.add(chunk)
      yield store.doneBytes()
    }
  } catch (error) {
    await store.finish(error instanceof SourceFailed)
    throw error
  }
  await store.finish(true)
}

async function forget({ db, files }: TryTools, wanted: WantedAsset): Promise<void> {
  await files.removePartial(wanted.asset)
  removeDownload(db, wanted.asset)
}

const factsOf = (wanted: WantedAsset) => ({ sizeBytes: wanted.bytes, mediaType: wanted.mediaType })
