import { reportTopic } from '../../shared/topics.ts'
import { connectBroker } from '../adapters/mqtt-broker.ts'
import { connectOperatorBroker } from '../adapters/operator-broker.ts'
import type { StatementSigner } from '../adapters/statement-signer.ts'
import { systemClock } from '../adapters/system-clock.ts'
import type { WriteDb } from '../sqlite/connection.ts'
import type { Collected } from './collect.ts'
import { createCollector } from './collect.ts'
import type { Settings } from './settings.ts'

export type CollectRunOptions = {
  readonly db: WriteDb
  readonly settings: Settings
  readonly signer: StatementSigner
  readonly accept: ReadonlySet<string>
  /** Under this name the broker keeps what comes while nobody collects. */
  readonly name: string
  readonly say: (
    what: Collected | { readonly event: 'connected' | 'lost' | 'displaced'; readonly message: string },
  ) => void
}

/**
 * Collects until it is stopped. Two connections: one with a session that the broker keeps, on which a batch is acknowledged
 * when it is on disk; and one without, for the players' keys and for acknowledgements, so that what players say of
 * themselves never takes the place of records in the broker's queue. Rejects in a sentence if the broker is not there.
 */
export async function collectFrom(options: CollectRunOptions): Promise<() => Promise<void>> {
  const { settings, say } = options
  const { topicPrefix } = settings
  const statements = await connectOperatorBroker(settings.broker)
  const collector = createCollector({
    ...options,
    topicPrefix,
    now: Date.now,
    publish: (topic, payload) => void statements.publish(topic, payload, { retain: false }).catch(() => {}), // the player asks again
  })
  await statements.subscribe([reportTopic(topicPrefix, '+', 'state')], ({ topic, payload }) =>
    collector.state(topic, payload),
  )
  const presence = (online: boolean) =>
    ({
      topic: `${topicPrefix}/collectors/${options.name}/presence`,
      payload: JSON.stringify({ online }),
      qos: 1,
      retain: true,
    }) as const
  const pem = (bytes: Buffer | undefined) => bytes?.toString('utf8')
  const { url, username, password, ca, cert, key } = settings.broker
  const account = { url, username, password, ca: pem(ca), cert: pem(cert), key: pem(key) }
  const kept = connectBroker(
    { ...account, clientId: `plazacast-collect-${options.name}`, will: presence(false) },
    {
      connected() {
        kept.publish(presence(true)).catch(() => {}) // lost again at once: the next connection says it
        kept.subscribe([reportTopic(topicPrefix, '+', 'plays')]).then(
          () => say({ event: 'connected', message: 'Connected; records come in.' }),
          (error: unknown) =>
            say({ event: 'lost', message: `The broker does not let us read records: ${String(error)}.` }),
        )
      },
      lost: (reason) => say({ event: 'lost', message: `The broker is out of reach: ${reason}. It is tried again.` }),
      displaced: () =>
        say({
          event: 'displaced',
          message: `Another collector uses the name ${options.name}: give each its own --name.`,
        }),
      message: (topic, payload) => collector.plays(topic, payload),
      poisoned: (topic, reason) => say({ event: 'lost', message: `A message on ${topic} was left out: ${reason}.` }),
    },
    systemClock,
    Math.random,
  )
  return async () => {
    await kept.stop(presence(false))
    await statements.close()
  }
}
