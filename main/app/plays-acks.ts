import { type PlaysAck, readAck } from '../../shared/plays/statements.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import type { Keyring } from '../../shared/trust/keyring.ts'
import { isStorageFailure, type WriteDb } from '../sqlite/connection.ts'
import { acknowledgePlays, fitsChain, playsChain } from '../sqlite/plays-chain.ts'
import type { Clock, Undo } from './ports.ts'

/** Keeps what operators have acknowledged. */
export type PlaysAcks = {
  /** Believes it or says why not; `news`: it goes further than the one before; `question`: it says no more than that one. */
  take(bytes: Uint8Array): { readonly kind: 'news' | 'question' | 'old' | 'refused'; readonly refused?: string }
  /** The newest record that is acknowledged, whether that is on disk yet or not. */
  through(): number
  /** Writes what is not on disk yet. */
  stop: Undo
}

/**
 * A commit holds up everything for as long as the disk takes, and a backlog is acknowledged many times a second: so the newest
 * word is written at most this often. What a power cut takes back with it is only asked for again.
 */
const writeEveryMs = 1_000
const diskAgainMs = 30_000

export function createPlaysAcks(options: {
  readonly db: WriteDb
  readonly clock: Clock
  readonly playerId: string
  /** Whose acknowledgements count, at this instant. */
  readonly keyring: () => Keyring
  readonly crypto: Crypto
}): PlaysAcks {
  const { db, clock } = options
  let newest: { readonly ack: PlaysAck; readonly text: string } | undefined
  let isWritten = true
  let wroteMs = Number.NEGATIVE_INFINITY
  let cancel: Undo = () => {}

  function write(): void {
    cancel()
    if (!newest || isWritten) return
    try {
      acknowledgePlays(db, newest.ack, newest.text)
      isWritten = true
      wroteMs = clock.monotonicMs()
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      cancel = clock.after(diskAgainMs, write)
    }
  }

  return {
    take(bytes) {
      const read = readAck(bytes, options.playerId, options.keyring(), options.crypto)
      if (!read.ok) return { kind: 'refused', refused: read.refusal.message }
      const { value: ack } = read
      const fit = fitsChain(db, ack)
      if (fit === 'other') return { kind: 'refused', refused: `record ${ack.through} is not the one that it is about` }
      const known = Math.max(newest?.ack.through ?? 0, playsChain(db).acknowledgedThrough)
      if (ack.through <= known) return { kind: ack.through === known ? 'question' : 'old' }
      newest = { ack, text: new TextDecoder().decode(bytes) }
      isWritten = false
      const waitMs = wroteMs + writeEveryMs - clock.monotonicMs()
      cancel()
      if (waitMs <= 0) write()
      else cancel = clock.after(waitMs, write)
      return { kind: 'news' }
    },
    through: () => newest?.ack.through ?? 0,
    stop: write,
  }
}
