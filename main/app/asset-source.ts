/** What is asked of a server: the bytes from `fromByte` on of a file that has `sizeBytes`, in the version `validator` names. */
export type SourceRequest = {
  readonly url: string
  readonly sizeBytes: number
  readonly fromByte: number
  /** What the server named this version of the file earlier; null when it did not, or when another server did. */
  readonly validator: string | null
}

/**
 * A server's answer. `fromByte` is where `chunks` begin: 0 when the server starts over, whatever was asked for. `chunks`
 * never give more than the file's signed size, and throw SourceFailed when the connection breaks or stands still.
 */
export type SourceAnswer = {
  readonly fromByte: number
  readonly validator: string | null
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Where assets come from. Rejects with SourceFailed when the server refuses, cannot be reached or answers nonsense. */
export type AssetSource = (request: SourceRequest, signal: AbortSignal) => Promise<SourceAnswer>

/** An expected failure of a server or the network; `reason` is for people: `404`, `ECONNREFUSED`, `stands still`. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed'
  readonly reason: string
  /** The rest cannot be had, but the whole may. */
  readonly cannotResume: boolean
  constructor(reason: string, cannotResume = false) {
    super(reason)
    this.reason = reason
    this.cannotResume = cannotResume
  }
}
