import type { Readings } from '../../shared/health/health.ts'
import { echoTopic } from '../../shared/topics.ts'
import type { Broker, BrokerListener, Publication } from './broker.ts'
import { isoOf } from './reporter.ts'

export type BrokerWatchOptions = {
  readonly topicPrefix: string
  readonly playerId: string
  readonly monotonicMs: () => number
  /** The trusted time, milliseconds since 1970. */
  readonly now: () => number
  /** A connection was made. */
  readonly connected: () => void
}

type Connect = (will: Publication, listener: BrokerListener) => Broker

/** Whether the broker is there, and whether anything of what it should send arrives. */
export type BrokerWatch = {
  /** The same connection, overheard. */
  overhear(connect: Connect): Connect
  /** Asks the broker for a sign of life if none came of late; to be called every two seconds. */
  probe(): void
  reading(): Exclude<Readings['broker'], null>
}

/** Without a word for this long the broker is asked whether it lives. */
const quietMs = 1_500
const echoEveryMs = 30_000

/**
 * A connection can be open and deaf in two ways. Its bytes go nowhere: then a ping has no answer. Or the broker has lost what
 * this player asked for: then the player's own echo, published and subscribed to like any other message, does not come back. A
 * broker whose rules never let an echo through is not blamed for it.
 */
export function createBrokerWatch(options: BrokerWatchOptions): BrokerWatch {
  const { monotonicMs, now, connected } = options
  const topic = echoTopic(options.topicPrefix, options.playerId)
  let broker: Broker | undefined
  let isConnected = false
  let sinceMs = now()
  let connections = 0
  let heardMs: number | undefined
  let lastMessageAt: string | null = null
  let displacedMs: number | undefined
  let echoSentMs = Number.NEGATIVE_INFINITY
  let echoMissingSinceMs: number | undefined
  let echoesCome = false

  function heard(): void {
    heardMs = monotonicMs()
  }

  function listen(listener: BrokerListener): BrokerListener {
    return {
      ...listener,
      heard,
      connected() {
        isConnected = true
        sinceMs = now()
        connections += 1
        echoMissingSinceMs = undefined
        echoSentMs = Number.NEGATIVE_INFINITY
        heard()
        broker?.subscribe([topic]).catch(() => {}) // a broker that refuses sends no echo, and pings must do
        listener.connected()
        connected()
      },
      lost(reason) {
        if (isConnected) sinceMs = now()
        isConnected = false
        listener.lost(reason)
      },
      displaced() {
        displacedMs = monotonicMs()
        listener.displaced()
      },
      message(about, payload, reply) {
        heard()
        if (about !== topic) {
          lastMessageAt = isoOf(now())
          return listener.message(about, payload, reply)
        }
        echoesCome = true
        echoMissingSinceMs = undefined
      },
    }
  }

  function sendEcho(atMs: number): void {
    echoSentMs = atMs
    echoMissingSinceMs ??= atMs
    broker?.publish({ topic, payload: '', qos: 0, retain: false }).catch(() => {}) // lost meanwhile: that is told by `lost`
  }

  return {
    overhear: (connect) => (will, listener) => {
      broker = connect(will, listen(listener))
      return broker
    },
    probe() {
      if (!isConnected) return
      const atMs = monotonicMs()
      if (atMs - (heardMs ?? 0) >= quietMs) broker?.ping?.()
      if (atMs - echoSentMs >= echoEveryMs) sendEcho(atMs)
    },
    reading() {
      const age = (ms: number | undefined) => (ms === undefined ? null : Math.max(0, Math.round(monotonicMs() - ms)))
      return {
        connected: isConnected,
        since: isoOf(sinceMs),
        lastMessageAt,
        heardAgeMs: isConnected ? age(heardMs) : null,
        echoMissingMs: isConnected && echoesCome ? age(echoMissingSinceMs) : null,
        reconnects: Math.max(0, connections - 1),
        displacedAgeMs: age(displacedMs),
      }
    },
  }
}
