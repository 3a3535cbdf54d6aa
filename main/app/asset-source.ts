import type { AssetName } from '../../shared/asset-name.ts'

/** What is asked of a server: the bytes from `fromByte` on of a file that has `sizeBytes`, in the version `validator` names. */
export type SourceRequest = {
  readonly url: string
  readonly sizeBytes: number
  readonly fromByte: number
  /** What the server named this version of the file earlier; null when it did not, or when another server did. */
  readonly validator: string | null
  /** Whether a rest may come as a packed whole: what is here already is lost then. */
  readonly mayBePacked?: boolean
  /** The asset it is, where what is fetched has such a name: it may then come from elsewhere. */
  readonly asset?: AssetName
}

/**
 * A server's answer. `fromByte` is where `chunks` begin: 0 when the server starts over, whatever was asked for. `chunks`
 * never give more than the file's signed size, and throw SourceFailed when the connection breaks or stands still.
 */
export type SourceAnswer = {
  readonly fromByte: number
  readonly validator: string | null
  readonly chunks: AsyncIterable<Uint8Array>
  /** A part of it is worth nothing, since who gives the rest may be another: what broke off is begun anew. */
  readonly onlyWhole?: boolean
  /** It does not come over the line to the origin: what a site allows there does not hold it up. */
  readonly isNear?: boolean
}

/** Where assets come from. Rejects with SourceFailed when the server refuses, cannot be reached or answers nonsense. */
export type AssetSource = (request: SourceRequest, signal: AbortSignal) => Promise<SourceAnswer>

/** An expected failure of a server or the network; `reason` is for people: `404`, `ECONNREFUSED`, `stands still`. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed'
  readonly reason: string
  /** The rest cannot be had, but the whole may. */
  readonly cannotResume: boolean
  /** How long the server wants to be left alone, in ms; undefined: it did not say. */
  readonly retryAfterMs: number | undefined
  constructor(reason: string, cannotResume = false, retryAfterMs?: number) {
    super(reason)
    this.reason = reason
    this.cannotResume = cannotResume
    this.retryAfterMs = retryAfterMs
  }
}
