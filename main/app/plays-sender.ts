import type { Jws } from '../../shared/documents/jws.ts'
import { batchLimits, type GatheredBatch } from '../../shared/plays/batch.ts'
import { headTyp } from '../../shared/plays/statements.ts'
import { stepOf } from '../../shared/plays/step-size.ts'
import { retryDelayMs } from '../../shared/retry-delay.ts'
import { playsAckTopic, reportTopic } from '../../shared/topics.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import type { Keyring } from '../../shared/trust/keyring.ts'
import { isStorageFailure, type WriteDb } from '../sqlite/connection.ts'
import { noteHole, type PlaysChain, playsChain, sealPlays } from '../sqlite/plays-chain.ts'
import { type Publication, PublishRefused } from './broker.ts'
import { createPlaysAcks } from './plays-acks.ts'
import { createGatherer } from './plays-gather.ts'
import { type PlaysPace, playsPace } from './plays-pace.ts'
import type { Clock, Random, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'

export type PlaysSenderOptions = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly random: Random
  readonly where: { readonly topicPrefix: string; readonly playerId: string }
  /** Signs as this player. */
  readonly sign: (typ: string, payload: Readonly<Record<string, unknown>>) => Jws
  /** Resolves when the broker has it; rejects when it refuses or is lost. */
  readonly publish: (message: Publication) => Promise<void>
  /** Whose acknowledgements count, at this instant. */
  readonly keyring: () => Keyring
  readonly crypto: Crypto
  readonly reporter: Pick<Reporter, 'event'>
  readonly pace?: Partial<PlaysPace> | undefined
}

/** Hands the records of plays to the broker, and keeps them until an operator key has acknowledged them. */
export type PlaysSender = {
  /** A record was completed. */
  wake(): void
  /** There is a new connection; what the former one was about to take may not have arrived. */
  connected(): void
  /** Whether the message was an acknowledgement, believed or not. */
  take(topic: string, bytes: Uint8Array): boolean
  stop: Undo
}

/**
 * Each turn does a little of the work and rests as long as it took, so that the page's messages are never kept waiting and a
 * backlog never takes more than half of this process.
 */
const turnMs = 4
const diskAgainMs = 30_000
const refusalSaidEveryMs = 60_000

/**
 * One batch is on its way to the broker at a time, and a few on theirs to whoever acknowledges. What the broker has taken is not
 * sent again on the next connection, only when it stays unacknowledged for long; then a window of it, as a question.
 */
export function createPlaysSender(options: PlaysSenderOptions): PlaysSender {
  const { db, clock, where, reporter } = options
  const pace = { ...playsPace, ...options.pace }
  const topic = reportTopic(where.topicPrefix, where.playerId, 'plays')
  const ackTopic = playsAckTopic(where.topicPrefix, where.playerId)
  let connection = 0
  let inFlight = false
  let stopped = false
  /** What comes next is behind this record. */
  let cursor = 0
  /** It begins again when the batch on its way is with the broker. */
  let isAgain = false
  /** The newest record that the broker has taken from this process. */
  let sentThrough = 0
  /** The last records of the batches that wait for their acknowledgement. */
  let waiting: number[] = []
  let waitingSinceMs = 0
  let unsentSinceMs: number | undefined
  let offers = 0
  let refusals = 0
  let refusalSaidMs = Number.NEGATIVE_INFINITY
  let cancel: Undo = () => {}
  /** So many records are sealed in one turn: a commit, and so a wait for the disk. */
  let sealedPerTurn = 20

  const nowMs = () => clock.monotonicMs()
  const turnIn = (ms: number): void => {
    cancel()
    if (!stopped) cancel = clock.after(ms, turn)
  }

  const gatherer = createGatherer(db, nowMs, turnMs)
  const acks = createPlaysAcks({ ...options, playerId: where.playerId })

  function turn(): void {
    const beganMs = nowMs()
    try {
      const waitMs = seal() ? 0 : connection === 0 || inFlight ? undefined : offer(playsChain(db))
      if (waitMs !== undefined) turnIn(Math.max(waitMs, nowMs() - beganMs))
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      turnIn(diskAgainMs)
    }
  }

  /** Seals what an older version or a damaged file has left unsealed; whether there may be more. */
  function seal(): boolean {
    const beganMs = nowMs()
    const most = sealedPerTurn
    if (sealPlays(db, most) < most) return false
    sealedPerTurn = stepOf(most, nowMs() - beganMs, turnMs)
    return true
  }

  /** Sends the next batch, or says how long to wait; undefined: until something happens. */
  function offer(chain: PlaysChain): number | undefined {
    const after = Math.max(chain.acknowledgedThrough, chain.droppedThrough, acks.through())
    cursor = Math.max(cursor, after)
    waiting = waiting.filter((through) => through > after)
    if (chain.sealedThrough === cursor) return againInMs(after)
    const isRepeat = cursor < sentThrough
    const waitMs = isRepeat ? 0 : lingerMs(chain.sealedThrough - cursor)
    if (waitMs > 0) return waitMs
    if (waiting.length < pace.window) return send(after)
    const leftMs = waitingSinceMs + pace.patienceMs - nowMs()
    if (leftMs > 0) return leftMs
    if (!isRepeat) return send(after)
    cursor = sentThrough // nobody has answered: a whole backlog is not sent twice
    return 0
  }

  function lingerMs(records: number): number {
    unsentSinceMs ??= nowMs()
    return records >= batchLimits.records ? 0 : unsentSinceMs + pace.lingerMs - nowMs()
  }

  /** All is sent; when what nobody has acknowledged is due again, the next turn begins with it. */
  function againInMs(after: number): number | undefined {
    if (cursor <= after) return undefined
    const waitMs = Math.min(pace.longestAgainMs, pace.againMs * 2 ** Math.min(offers, 20))
    const leftMs = waitingSinceMs + waitMs - nowMs()
    if (leftMs > 0) return leftMs
    offers += 1
    waitingSinceMs = nowMs()
    beginAgain()
    return 0
  }

  /** What comes next is what nobody has acknowledged, once the batch on its way is with the broker. */
  function beginAgain(): void {
    waiting = []
    cursor = 0
    isAgain = inFlight
  }

  /** Reads on in the next batch, and sends it when it is whole. */
  function send(after: number): number | undefined {
    const batch = gatherer.next(cursor)
    if (batch === undefined) return 0
    if (batch !== 'nothing') publish(batch, after)
    return undefined
  }

  function publish({ first, last, lines }: GatheredBatch, after: number): void {
    const hole = first - 1
    if (hole > cursor) noteHole(db, hole) // a damaged file has lost them: nobody shall wait for them
    const { seq, hash } = last
    const said = { kind: 'plays-head', player: where.playerId, seq, hash, after: hole > cursor ? hole : after }
    const payload = `{"records":[${lines.join(',')}],"head":${JSON.stringify(options.sign(headTyp, said))}}`
    const mine = connection
    inFlight = true
    options.publish({ topic, payload, qos: 1, retain: false }).then(
      () => mine === connection && taken(seq),
      (error: unknown) => mine === connection && notTaken(error),
    )
  }

  function taken(seq: number): void {
    inFlight = false
    refusals = 0
    sentThrough = Math.max(sentThrough, seq)
    unsentSinceMs = undefined
    if (isAgain) beginAgain()
    else note(seq)
    turnIn(waiting.length > pace.window ? pace.unansweredEveryMs : 0)
  }

  function note(seq: number): void {
    cursor = seq
    if (waiting.length === 0) waitingSinceMs = nowMs()
    waiting = [...waiting.slice(-pace.window), seq]
  }

  function notTaken(error: unknown): void {
    inFlight = false
    refusals += 1
    if (error instanceof PublishRefused) turnIn(retryDelayMs(refusals + 3, options.random()))
    // else the connection is lost: the next one goes on
  }

  function acknowledged(bytes: Uint8Array): void {
    const { kind, refused } = acks.take(bytes)
    if (refused !== undefined) refuse(refused)
    const isAsked = kind === 'question' && nowMs() - waitingSinceMs >= pace.askedEveryMs
    if (isAsked) beginAgain()
    else if (kind !== 'news') return
    offers = 0
    waitingSinceMs = nowMs()
    if (!inFlight) turnIn(0)
  }

  function refuse(reason: string): void {
    if (nowMs() - refusalSaidMs < refusalSaidEveryMs) return
    refusalSaidMs = nowMs()
    reporter.event('plays-ack-refused', `an acknowledgement of plays was refused: ${reason}`, { reason })
  }

  turnIn(0)
  return {
    wake() {
      if (!inFlight) turnIn(0)
    },
    connected() {
      connection += 1
      inFlight = false
      isAgain = false
      gatherer.forget()
      unsentSinceMs ??= nowMs() - pace.lingerMs // what has piled up does not wait for more
      turnIn(0)
    },
    take(from, bytes) {
      if (from !== ackTopic) return false
      acknowledged(bytes)
      return true
    },
    stop() {
      stopped = true
      cancel()
      acks.stop()
    },
  }
}
