import type { Readings } from '../../shared/health/health.ts'
import { type Echo, echo, type OthersSeen, seeEcho } from '../../shared/health/other-player.ts'
import { echoTopic } from '../../shared/topics.ts'
import type { Broker, BrokerListener, Publication } from './broker.ts'
import { isoOf } from './reporter.ts'

export type BrokerWatchOptions = {
  readonly topicPrefix: string
  readonly playerId: string
  /** Tells this run of the player from any other: by chance. */
  readonly run: string
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
/** Another player with this id is told of once in so long; a broker may have told of it by itself. */
const otherToldEveryMs = 60_000

/**
 * A connection can be open and deaf in two ways. Its bytes go nowhere: then a ping has no answer. Or the broker has lost what
 * this player asked for: then the player's own echo, published and subscribed to like any other message, does not come back. A
 * broker whose rules never let an echo through is not blamed for it.
 *
 * The broker keeps the last echo. So whoever connects reads who was connected last under this id: not every broker tells a player
 * that another one has thrown it off (mosquitto 2.0.11 does not).
 */
export function createBrokerWatch(options: BrokerWatchOptions): BrokerWatch {
  const { monotonicMs, now, connected, run } = options
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
  let others: OthersSeen = new Map()

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
        heard()
        broker?.subscribe([topic]).catch(() => {}) // a broker that refuses sends no echo, and pings must do
        sendEcho(monotonicMs())
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
        takeEcho(payload, listener)
      },
    }
  }

  /** The one that was kept comes first: it is asked for before the new one is sent. */
  function takeEcho(payload: Uint8Array, listener: BrokerListener): void {
    const read = echo.safeParse(jsonOf(payload))
    if (!read.success) return // nobody's
    const seen = seeEcho(others, read.data, run)
    others = seen.others
    if (read.data.run === run && read.data.connection === connections) {
      echoesCome = true
      echoMissingSinceMs = undefined
    }
    if (!seen.isAnotherAlive) return
    const atMs = monotonicMs()
    const isNews = displacedMs === undefined || atMs - displacedMs > otherToldEveryMs
    displacedMs = atMs
    if (isNews) listener.displaced()
  }

  function sendEcho(atMs: number): void {
    echoSentMs = atMs
    echoMissingSinceMs ??= atMs
    const payload = JSON.stringify({ run, connection: connections } satisfies Echo)
    broker?.publish({ topic, payload, qos: 0, retain: true }).catch(() => {}) // lost meanwhile: that is told by `lost`
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

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined // of an older version, or of somebody else
  }
}
