import { isDeaf } from '../../shared/operator/deafness.ts'
import { emptyFleet, type Fleet, fleetAfter, fleetFilters, type PlayerView } from '../../shared/operator/fleet.ts'
import { documentTopicOf, reportTopicOf } from '../../shared/topics.ts'
import { connectOperatorBroker, type OperatorBroker, type OperatorMessage } from '../adapters/operator-broker.ts'
import type { Settings } from './settings.ts'

/** An open connection to a fleet: what its players say, and the documents that are kept on the broker. */
export type FleetLink = {
  readonly broker: OperatorBroker
  readonly topicPrefix: string
  fleet(): Fleet
  /** The newest document on each topic that was asked for, by topic; bytes as they came, unchecked. */
  documents(): ReadonlyMap<string, Uint8Array>
  /** Calls after each message and each change of the connection; returns the undo. */
  onChange(listener: () => void): () => void
  connected(): boolean
  /** Whether it is online by its presence and says nothing; see deafness.ts. */
  isDeaf(player: PlayerView): boolean
  close(): Promise<void>
}

/**
 * Retained messages come after the subscription is acknowledged, and nothing in MQTT says which is the last one: they are
 * taken to be all here when none has come for this long.
 */
const quietMs = 150
const longestQuietMs = 3_000

/** Connects, listens to the fleet and to these document topics (filters), and resolves when what is retained has come. */
export async function openFleetLink(settings: Settings, documentFilters: readonly string[] = []): Promise<FleetLink> {
  const { topicPrefix } = settings
  const broker = await connectOperatorBroker(settings.broker)
  const listeners = new Set<() => void>()
  const documents = new Map<string, Uint8Array>()
  let fleet = emptyFleet
  let connected = true
  let lastMessageMs = performance.now()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const heardMs = new Map<string, number>()
  let listeningSinceMs = performance.now()
  const take = ({ topic, payload, retained }: OperatorMessage) => {
    lastMessageMs = performance.now()
    const speaker = retained ? undefined : reportTopicOf(topicPrefix, topic)?.player
    if (speaker !== undefined) heardMs.set(speaker, performance.now())
    if (documentTopicOf(topicPrefix, topic)) documents.set(topic, payload)
    fleet = fleetAfter(fleet, topicPrefix, topic, payload)
    changed()
  }
  broker.onConnection((now) => {
    connected = now
    listeningSinceMs = performance.now()
    changed()
  })
  try {
    await broker.subscribe([...new Set([...fleetFilters(topicPrefix), ...documentFilters])], take)
  } catch (error) {
    await broker.close()
    throw error
  }
  await quiet(() => lastMessageMs)
  return {
    broker,
    topicPrefix,
    fleet: () => fleet,
    documents: () => documents,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    connected: () => connected,
    isDeaf: (player) => {
      const hearing = { heardMs: heardMs.get(player.id), listeningSinceMs, nowMs: performance.now() }
      return connected && isDeaf(player, hearing, Date.now())
    },
    close: () => broker.close(),
  }
}

async function quiet(lastMessageMs: () => number): Promise<void> {
  const beganMs = performance.now()
  const isQuiet = () => performance.now() - Math.max(beganMs, lastMessageMs()) >= quietMs
  while (!isQuiet() && performance.now() - beganMs < longestQuietMs) {
    await new Promise((resolve) => setTimeout(resolve, quietMs / 5))
  }
}
