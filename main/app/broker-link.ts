import { contentFilters, reportTopic, trustFilters } from '../../shared/topics.ts'
import type { WriteDb } from '../sqlite/open.ts'
import type { Broker, BrokerListener, Publication } from './broker.ts'
import type { Configuration } from './configuration.ts'
import type { TakeDocument } from './document-intake.ts'
import type { Knowledge } from './knowledge.ts'
import type { Log } from './log.ts'
import { createOutboxSender } from './outbox-sender.ts'
import type { Clock } from './ports.ts'
import { isoOf } from './reporter.ts'

export type BrokerLinkOptions = {
  readonly configuration: Configuration
  readonly db: WriteDb
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly connect: (will: Publication, listener: BrokerListener) => Broker
  readonly knowledge: () => Knowledge
  /** Takes a message; what it stores is on disk when it returns. */
  readonly take: TakeDocument
  /** A message was left out as malformed or too large; said once for each topic. */
  readonly poisoned: (topic: string, reason: string) => void
  readonly connected: () => void
  readonly displaced: () => void
}

const mostPoisoned = 100

/** The player's side of its broker: what it asks for, what it says of itself, and the outbox. */
export type BrokerLink = {
  /** Something was queued. */
  wake(): void
  /** Whom to believe, or where the player belongs, has changed: the broker sends again what was refused or never asked for. */
  keysOrGroupsChanged(): void
  /** What had come is lost: the broker sends again all that it retains. */
  everythingAgain(): void
  /** Sends at once or not at all. */
  publish(message: Publication): Promise<void>
  stop(): Promise<void>
}

/**
 * Keeps a player connected. After each connect, and whenever keys or groups have changed, it subscribes anew: the broker
 * then sends all that it retains, so that what was missed or could not be believed before comes again.
 */
export function createBrokerLink(options: BrokerLinkOptions): BrokerLink {
  const { configuration, log } = options
  const { topicPrefix, playerId } = configuration
  let connected = false
  let lostFor: string | undefined
  const presence = (online: boolean): Publication => ({
    topic: reportTopic(topicPrefix, playerId, 'presence'),
    payload: JSON.stringify(
      online ? { online, since: isoOf(options.clock.now()), version: options.version } : { online },
    ),
    qos: 1,
    retain: true,
  })

  const subscribe = (filters: readonly string[]): void => {
    broker.subscribe(filters).catch((error: unknown) => log('warning', `could not subscribe: ${String(error)}`))
  }
  /** Whom to believe comes first: what needs a key that is not yet known would only be refused. */
  const subscribeToContent = (): void => {
    const { keyring, groups } = options.knowledge()
    if (keyring.revision > 0) subscribe(contentFilters(topicPrefix, playerId, groups))
  }

  /** Said once for each topic until a restart: whoever holds the broker can send as much of it as he likes. */
  const poisoned = new Set<string>()
  const broker = options.connect(presence(false), {
    connected() {
      connected = true
      lostFor = undefined
      log('info', `connected to ${configuration.broker?.url}`)
      broker.publish(presence(true)).catch(() => {}) // lost again at once: the next connection says it
      subscribe(trustFilters(topicPrefix, playerId))
      subscribeToContent()
      options.connected()
      outbox.reconnected()
    },
    lost(reason) {
      // Said once for each reason: it is tried again for ever.
      if (connected || reason !== lostFor) log('warning', `the broker is out of reach: ${reason}; playing on`)
      lostFor = reason
      connected = false
    },
    displaced: options.displaced,
    message: (topic, bytes, reply) => void options.take(topic, bytes, { reply }),
    poisoned(topic, reason) {
      const name = topic.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
      if (poisoned.has(name) || poisoned.size >= mostPoisoned) return
      poisoned.add(name)
      options.poisoned(name, reason)
    },
  })
  const outbox = createOutboxSender(options.db, () => (connected ? broker : undefined), log)
  return {
    wake: outbox.wake,
    keysOrGroupsChanged: subscribeToContent,
    everythingAgain() {
      if (!connected) return
      subscribe(trustFilters(topicPrefix, playerId))
      subscribeToContent()
    },
    publish: (message) => broker.publish(message),
    stop: () => broker.stop(presence(false)),
  }
}
