import type { AssetName } from '../../shared/asset-name.ts'
import type { AssetFacts } from '../../shared/documents/playlist.ts'
import type { LoopPlan } from '../../shared/loop/loop-plan.ts'
import { contentFilters, reportTopic, trustFilters } from '../../shared/topics.ts'
import type { Host, HostListener } from '../hosts/host.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { interruptRunningPlays } from '../sqlite/plays.ts'
import { lastRefusals } from '../sqlite/refusals.ts'
import type { Broker, BrokerListener, BrokerOptions, Publication } from './broker.ts'
import type { Configuration } from './configuration.ts'
import { createDocumentIntake } from './document-intake.ts'
import { type Identity, type Knowledge, readKnowledge } from './knowledge.ts'
import type { Log } from './log.ts'
import { createLoopKeeper } from './loop-keeper.ts'
import { createOutboxSender } from './outbox-sender.ts'
import type { Clock } from './ports.ts'
import { createReporter, isoOf, type Reporter } from './reporter.ts'
import { createScreenDesk } from './screen-desk.ts'

/** An asset to be fetched or kept, in the order it is needed. */
export type WantedAsset = { readonly asset: AssetName } & Pick<AssetFacts, 'bytes' | 'mediaType' | 'urls'>

/** What the player needs of the cache. */
export type Cache = {
  /** Everything that may be fetched and must not be evicted, the soonest needed first. */
  want(assets: readonly WantedAsset[]): void
  held(): ReadonlySet<AssetName>
  /** Assets whose download failed and waits for another try. */
  late(): ReadonlySet<AssetName>
  /** The network may be back: failed downloads are tried now. */
  retryNow(): void
  stop(): Promise<void>
}

/** What a player is made of. Everything outside it comes in here. */
export type PlayerParts = {
  readonly configuration: Configuration
  /** What was wrong in the configuration, in sentences. */
  readonly problems: readonly string[]
  readonly identity: Identity
  readonly db: WriteDb
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly systemTimeZone: string
  readonly playerKey: unknown
  readonly startCache: (changed: () => void, reporter: Reporter) => Cache
  readonly startHost: (listener: HostListener) => Promise<Host>
  readonly connectBroker: ((will: Publication, listener: BrokerListener) => Broker) | undefined
}

/** A running player. */
export type Player = { readonly host: Host; stop(): Promise<void> }

/**
 * Runs a wall: documents and files in, a loop to the screen, reports out. Everything that happens ends in `refresh`, which
 * reads what is true from the database and makes the screen, the cache and the reported state follow.
 */
export async function startPlayer(parts: PlayerParts): Promise<Player> {
  const { configuration, db, clock, log, identity } = parts
  const { topicPrefix, playerId } = configuration
  const reporter = createReporter(db, clock, log, configuration, () => outbox.wake())
  const outbox = createOutboxSender(db, () => (connected ? broker : undefined))
  let connected = false
  let stopped = false
  let host: Host | undefined
  let pending = false
  let lastPlan: LoopPlan | undefined
  let cached: Knowledge | undefined
  const knowledge = (): Knowledge => {
    cached ??= readKnowledge(db, identity, parts.systemTimeZone)
    return cached
  }

  interruptRunningPlays(db)
  const cache = parts.startCache(refreshSoon, reporter)
  const keeper = createLoopKeeper(
    db,
    { knowledge, held: cache.held, late: cache.late, on: () => desk.on() },
    clock,
    (sent) => desk.programme(sent),
    refreshSoon,
  )
  const desk = createScreenDesk({
    db,
    reporter,
    send: (message) => host?.send(message),
    sent: keeper.sent,
    showing: keeper.showing,
    playerName: () => knowledge().site?.name ?? playerId,
    languages: configuration.languages,
    changed: report,
  })
  const take = createDocumentIntake(db, identity, topicPrefix, knowledge, clock, reporter)

  /** Several things that happen at once lead to one look. */
  function refreshSoon(): void {
    if (pending || stopped) return
    pending = true
    setImmediate(() => {
      pending = false
      if (!stopped) refresh()
    })
  }
  function refresh(): void {
    lastPlan = keeper.refresh()
    cache.want(wantedAssets(knowledge(), lastPlan))
    report()
  }
  function report(): void {
    if (!lastPlan || stopped) return
    reporter.state({
      now: desk.now(),
      next: desk.next(),
      playlists: [...lastPlan.reports],
      refused: lastRefusals(db, 20).map((refusal) => ({ ...refusal, at: isoOf(refusal.at) })),
      clock: 'unknown',
      trust: knowledge().keyring.revision,
      site: knowledge().site?.revision ?? 0,
      playerKey: parts.playerKey,
      version: parts.version,
      host: host ? `${host.name} ${host.version}` : 'starting',
    })
  }

  function subscribe(filters: readonly string[]): void {
    broker?.subscribe(filters).catch((error: unknown) => log('warning', `could not subscribe: ${String(error)}`))
  }
  /** Whom to believe comes first: what needs a key that is not yet known would only be refused. */
  function subscribeToContent(): void {
    const { keyring, groups } = knowledge()
    if (keyring.revision > 0) subscribe(contentFilters(topicPrefix, playerId, groups))
  }
  const presence = (online: boolean): Publication => ({
    topic: reportTopic(topicPrefix, playerId, 'presence'),
    payload: JSON.stringify(online ? { online, since: isoOf(clock.now()), version: parts.version } : { online }),
    qos: 1,
    retain: true,
  })
  const brokerListener: BrokerListener = {
    connected() {
      connected = true
      log('info', `connected to ${configuration.broker?.url}`)
      broker?.publish(presence(true)).catch(() => {}) // lost again at once: the next connection says it
      subscribe(trustFilters(topicPrefix, playerId))
      subscribeToContent()
      reporter.repeatState()
      cache.retryNow()
      outbox.wake()
    },
    lost(reason) {
      if (connected) log('warning', `the broker is out of reach: ${reason}; playing on`)
      else log('debug', `no broker yet: ${reason}`)
      connected = false
    },
    displaced() {
      reporter.event('client-id-taken', `another player uses the id ${playerId}: give each its own playerId`)
    },
    message(topic, bytes) {
      const taken = take(topic, bytes)
      if (taken === 'known') return
      if (taken === 'refused') return report()
      cached = undefined
      // Keys or groups have changed: the broker sends again what was refused, or never asked for, before.
      if (taken === 'trust' || taken === 'site') subscribeToContent()
      refreshSoon()
    },
  }
  const broker = parts.connectBroker?.(presence(false), brokerListener)

  refresh()
  for (const problem of parts.problems) reporter.event('configuration-wrong', problem)
  host = await parts.startHost({
    message: (message) => desk.message(message),
    gone(what, reason) {
      reporter.event('stage-gone', `the ${what} is gone: ${reason}`, { what, reason })
      desk.gone()
    },
    back: () => reporter.event('stage-back', 'the screen is back'),
  })
  reporter.event('player-started', `${parts.version} on ${host.name} ${host.version}`)
  report()

  return {
    host,
    async stop() {
      stopped = true
      keeper.stop()
      await host?.stop()
      await cache.stop()
      await broker?.stop(presence(false))
    },
  }
}

/** What is to be had, with the addresses of every playlist that names it. */
function wantedAssets(knowledge: Knowledge, plan: LoopPlan): WantedAsset[] {
  const facts = new Map<AssetName, AssetFacts>()
  for (const { playlist } of [...knowledge.former, ...knowledge.newest]) {
    for (const [asset, one] of Object.entries(playlist.assets) as [AssetName, AssetFacts][]) {
      facts.set(asset, { ...one, urls: [...new Set([...one.urls, ...(facts.get(asset)?.urls ?? [])])] })
    }
  }
  return plan.wanted.flatMap((asset) => {
    const one = facts.get(asset)
    return one ? [{ asset, bytes: one.bytes, mediaType: one.mediaType, urls: one.urls }] : []
  })
}
