import { anchorOf } from '../../shared/clock/trusted-time.ts'
import type { Publication } from './broker.ts'
import { type BrokerLink, createBrokerLink } from './broker-link.ts'
import type { CommandHandler } from './commands.ts'
import type { TakeDocument } from './document-intake.ts'
import { createFleetClock } from './fleet-clock.ts'
import { createIncoming } from './incoming.ts'
import type { PlayerCore } from './player-core.ts'
import type { PlayerParts } from './player-parts.ts'
import { createPlaysSender } from './plays-sender.ts'

/** The player's side of the wire: documents, commands and the fleet's time come in, reports and records of plays go out. */
export type PlayerWire = {
  /** Takes a document from wherever it came. */
  readonly take: TakeDocument
  /** A record of a play was completed. */
  recorded(): void
  /** Sends at once or not at all: rejects while there is no connection. */
  publish(message: Publication): Promise<void>
  /** What had come is lost: the broker is to send it again. */
  everythingAgain(): void
  /** From now on the broker is looked for. */
  connect(): void
  /** Nothing is taken any more. */
  stop(): void
  /** Takes leave of the broker. */
  close(): Promise<void>
}

export type PlayerWireHooks = {
  readonly handlers: ReadonlyMap<string, CommandHandler>
  /** What is known has changed. */
  readonly changed: () => void
  readonly refused: () => void
  /** The network may be back. */
  readonly connected: () => void
}

export function createPlayerWire(parts: PlayerParts, core: PlayerCore, hooks: PlayerWireHooks): PlayerWire {
  const { configuration, db, identity } = parts
  const { clock, time, reporter, storage, knowledge, keyring } = core
  let link: BrokerLink | undefined
  const publish = async (message: Publication) =>
    link ? link.publish(message) : Promise.reject(new Error('not connected'))
  const fleetClock = createFleetClock({
    configuration,
    clock,
    crypto: identity.crypto,
    keyring,
    nonce: () => crypto.randomUUID(),
    publish,
    estimated: (line) => time.fleet(anchorOf(line)),
  })
  const plays =
    parts.signAsPlayer &&
    createPlaysSender({
      db,
      clock,
      random: Math.random,
      where: configuration,
      sign: parts.signAsPlayer,
      publish,
      keyring,
      crypto: identity.crypto,
      reporter,
      pace: parts.playsPace,
    })
  const incoming = createIncoming({
    ...parts,
    clock,
    reporter,
    knowledge,
    handlers: hooks.handlers,
    publish: async (message) => link?.publish(message),
    refused: hooks.refused,
    changed(what) {
      core.forgetKnowledge()
      if (what === 'whom') {
        link?.keysOrGroupsChanged()
        fleetClock.connected() // whose time counts may have changed
      }
      hooks.changed()
    },
  })

  /** An answer of the clock, an acknowledgement of plays, or a document; what is stored is on disk when this returns. */
  const take: TakeDocument = (topic, bytes, how) =>
    fleetClock.take(topic, bytes) || plays?.take(topic, bytes)
      ? 'known'
      : storage.insist('messages', () => incoming.take(topic, bytes, how))

  function connect(): void {
    const reach = core.health ? core.health.overhearBroker(parts.connectBroker) : parts.connectBroker
    if (!reach) return
    link = createBrokerLink({
      ...parts,
      clock,
      connect: reach,
      knowledge,
      take,
      connected() {
        fleetClock.connected()
        plays?.connected()
        reporter.repeatState()
        hooks.connected()
      },
      poisoned: (topic, reason) => reporter.event('topic-poisoned', `a message was left out: ${reason}`, { topic }),
      displaced: () =>
        reporter.event(
          'client-id-taken',
          `another player uses the id ${configuration.playerId}: give each its own playerId`,
        ),
    })
    core.whenQueued(link.wake)
  }

  return {
    take: incoming.take,
    recorded: () => plays?.wake(),
    publish,
    everythingAgain: () => link?.everythingAgain(),
    connect,
    stop() {
      plays?.stop()
      fleetClock.stop()
      incoming.stop()
    },
    close: async () => link?.stop(),
  }
}
