import { connectBroker } from '../../main/adapters/mqtt-broker.ts'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { PlaysPace } from '../../main/app/plays-pace.ts'
import { createPlaysSender } from '../../main/app/plays-sender.ts'
import type { Clock } from '../../main/app/ports.ts'
import type { WriteDb } from '../../main/sqlite/open.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { EventCode } from '../../shared/reports/event.ts'
import { defaultTopicPrefix, playsAckTopic, reportTopic } from '../../shared/topics.ts'
import { keyringOf, thumbprintOf } from '../../shared/trust/keyring.ts'
import { signerOf } from './backlog.ts'

/** The part of a player that hands on its records, with a real connection. */
export type SendingPlayer = {
  readonly batches: () => number
  readonly bytes: () => number
  readonly events: readonly { code: EventCode; message: string }[]
  /** Every turn of work, timers and messages alike, in which nothing else of the process could run. */
  readonly turns: () => readonly Turn[]
  wake(): void
  stop(): Promise<void>
}

/** How long a turn took by the clock, and how much of that on the processor: on a busy machine it waits for its share too. */
export type Turn = { readonly ms: number; readonly processorMs: number }

export type SendingOptions = {
  readonly db: WriteDb
  readonly url: string
  readonly player: string
  readonly operator: PublicJwk
  readonly pace?: Partial<PlaysPace>
}

function timed<Result>(run: () => Result, note: (turn: Turn) => void): Result {
  const beganMs = performance.now()
  const before = process.threadCpuUsage()
  const result = run()
  const { user, system } = process.threadCpuUsage(before)
  note({ ms: performance.now() - beganMs, processorMs: (user + system) / 1000 })
  return result
}

/**
 * Wires are cut every second here. A player takes that for a broker in trouble and knocks ever more rarely, half a minute apart
 * at the most, which would be all that is measured.
 */
const hurried: Clock = { ...systemClock, after: (ms, run) => systemClock.after(Math.min(ms, 250), run) }

export function startSending({ db, url, player, operator, pace }: SendingOptions): SendingPlayer {
  const signer = signerOf(db)
  const topicPrefix = defaultTopicPrefix
  const events: { code: EventCode; message: string }[] = []
  const kid = thumbprintOf(operator, nodeCrypto)
  const known = { kid, jwk: operator, roles: new Set(['operator'] as const), label: undefined }
  const keyring = { ...keyringOf([], undefined, nodeCrypto), keys: new Map([[kid, known]]) }
  let batches = 0
  let bytes = 0
  const turns: Turn[] = []
  const note = (turn: Turn) => void turns.push(turn)
  const clock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms, () => timed(run, note)) }
  const topic = (report: 'state' | 'presence') => reportTopic(topicPrefix, player, report)
  const will = { topic: topic('presence'), payload: '{"online":false}', qos: 1, retain: true } as const
  const broker = connectBroker(
    { url, clientId: `plazacast-${player}`, will },
    {
      connected() {
        const state = JSON.stringify({ playerKey: signer.key })
        broker.publish({ topic: topic('state'), payload: state, qos: 1, retain: true }).catch(() => {})
        broker.subscribe([playsAckTopic(topicPrefix, player)]).catch(() => {})
        sender.connected()
      },
      lost: () => {},
      displaced: () => {},
      poisoned: () => {},
      message: (from, payload) => void timed(() => sender.take(from, payload), note),
    },
    hurried,
    () => 0,
  )
  const sender = createPlaysSender({
    db,
    clock,
    random: Math.random,
    where: { topicPrefix, playerId: player },
    sign: signer.sign,
    keyring: () => keyring,
    crypto: nodeCrypto,
    reporter: { event: (code, message) => void events.push({ code, message }) },
    pace,
    async publish(message) {
      batches += 1
      bytes += message.payload.length
      await broker.publish(message)
    },
  })
  return {
    events,
    batches: () => batches,
    bytes: () => bytes,
    turns: () => turns,
    wake: sender.wake,
    async stop() {
      sender.stop()
      await broker.stop(will)
    },
  }
}
