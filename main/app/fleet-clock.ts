import { askEveryMs, clockAnswer, clockTyp } from '../../shared/clock/clock-message.ts'
import {
  aheadAt,
  type ClockLine,
  clockLine,
  emptyFilter,
  type OffsetFilter,
  withExchange,
} from '../../shared/clock/offset-filter.ts'
import { parseJson } from '../../shared/documents/documents.ts'
import { jws } from '../../shared/documents/jws.ts'
import { clockAnswerTopic, clockRequestTopic } from '../../shared/topics.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import type { Keyring } from '../../shared/trust/keyring.ts'
import { verifyJws, withRole } from '../../shared/trust/verify.ts'
import type { Publication } from './broker.ts'
import type { Configuration } from './configuration.ts'
import type { Clock, Undo } from './ports.ts'

export type FleetClockOptions = {
  readonly configuration: Pick<Configuration, 'topicPrefix' | 'playerId'>
  readonly clock: Clock
  readonly crypto: Crypto
  readonly keyring: () => Keyring
  /** Unguessable: an answer to another question is no answer. */
  readonly nonce: () => string
  /** Sends at once or not at all; undefined while there is no connection. */
  readonly publish: (message: Publication) => Promise<void>
  /** There is a better estimate. */
  readonly estimated: (line: ClockLine) => void
}

/** The player's side of the fleet's time server. */
export type FleetClock = {
  /** Whether the message was one for this clock, believed or not. */
  take(topic: string, bytes: Uint8Array): boolean
  /** There is a connection: several questions in a row make a first estimate. */
  connected(): void
  stop: Undo
}

const burst = 12
const burstEveryMs = 250
/** Fewer exchanges than this are no estimate: one of them would be believed alone. */
const fewestExchanges = 3
const mostServers = 4

/**
 * Asks the fleet's time server again and again. An answer counts only if an operator key has signed it with the nonce of a
 * question that waits: it can be neither made up nor replayed, and held back only for as long as an exchange may take
 * (1 s), so that whoever holds the broker can shift the clock by half of that at most. With several servers, all walls
 * follow the one whose key's thumbprint sorts first.
 */
export function createFleetClock(options: FleetClockOptions): FleetClock {
  const { configuration, clock, crypto } = options
  const answerTopic = clockAnswerTopic(configuration.topicPrefix, configuration.playerId)
  const asked = new Map<string, number>()
  const servers = new Map<string, { filter: OffsetFilter; heardMs: number }>()
  let cancel: Undo = () => {}

  function ask(left: number): void {
    const nonce = options.nonce()
    const payload = JSON.stringify({ player: configuration.playerId, nonce })
    const nowMs = clock.monotonicMs()
    for (const [old, sentMs] of asked) if (nowMs - sentMs > askEveryMs) asked.delete(old)
    asked.set(nonce, clock.monotonicMs())
    const topic = clockRequestTopic(configuration.topicPrefix)
    options.publish({ topic, payload, qos: 0, retain: false, responseTopic: answerTopic }).catch(() => {}) // asked again soon
    cancel = clock.after(left > 0 ? burstEveryMs : askEveryMs, () => ask(Math.max(0, left - 1)))
  }

  function answered(bytes: Uint8Array, backMs: number): void {
    const read = readAnswer(bytes, options.keyring(), crypto)
    const sentMs = read && asked.get(read.answer.nonce)
    if (!read || sentMs === undefined) return
    const { answer, server } = read
    asked.delete(answer.nonce)
    const before = servers.get(server)
    if (!before && servers.size >= mostServers) return
    const exchange = { sentMs, heardMs: answer.heardAt, answeredMs: answer.answeredAt, backMs }
    const filter = withExchange(before?.filter ?? emptyFilter, exchange)
    servers.set(server, { filter, heardMs: backMs })
    const line =
      server === followed(backMs) && filter.exchanges.length >= fewestExchanges ? clockLine(filter) : undefined
    if (line) options.estimated(line)
  }

  /** The first by name of those that answer. */
  function followed(nowMs: number): string | undefined {
    for (const [name, { heardMs }] of servers) if (nowMs - heardMs > 10 * askEveryMs) servers.delete(name)
    return [...servers.keys()].sort()[0]
  }

  return {
    take(topic, bytes) {
      if (topic !== answerTopic) return false
      answered(bytes, clock.monotonicMs())
      return true
    },
    connected() {
      cancel()
      ask(burst)
    },
    stop: () => cancel(),
  }
}

/** What the fleet's clock shows when the monotonic clock shows this. */
export const fleetTimeAt = (line: ClockLine, monotonicMs: number): number => monotonicMs + aheadAt(line, monotonicMs)

const longestAnswerBytes = 4096

function readAnswer(bytes: Uint8Array, keyring: Keyring, crypto: Crypto) {
  if (bytes.length > longestAnswerBytes) return undefined
  const json = parseJson(bytes)
  const signed = json.ok ? jws.safeParse(json.value).data : undefined
  const verified = signed && verifyJws(signed, clockTyp, keyring, crypto)
  if (!verified?.ok) return undefined
  const [signer] = withRole(verified.value.signers, 'operator')
  const payload = parseJson(verified.value.payload)
  const answer = payload.ok ? clockAnswer.safeParse(payload.value).data : undefined
  return signer && answer && { answer, server: signer.kid }
}
