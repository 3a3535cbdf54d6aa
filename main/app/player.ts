import type { AssetName } from '../../shared/asset-name.ts'
import { reportedDownloads, withProgress } from '../../shared/cache/progress.ts'
import { keptPlaylists, withShortage } from '../../shared/cache/space.ts'
import { anchorOf, clockReport } from '../../shared/clock/trusted-time.ts'
import type { LoopPlan } from '../../shared/loop/loop-plan.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { keyringAt } from '../../shared/trust/keyring.ts'
import type { Host } from '../hosts/host.ts'
import { interruptRunningPlays } from '../sqlite/plays.ts'
import { lastRefusals } from '../sqlite/refusals.ts'
import { type BrokerLink, createBrokerLink } from './broker-link.ts'
import { wallCommands } from './commands-wall.ts'
import { downloadReport } from './download-entry.ts'
import { createFleetClock } from './fleet-clock.ts'
import { createHealth } from './health.ts'
import { createIncoming } from './incoming.ts'
import { type Knowledge, readKnowledge } from './knowledge.ts'
import { createLoopKeeper } from './loop-keeper.ts'
import { createPageClock } from './page-clock.ts'
import { createPageEar } from './page-ear.ts'
import { levelOf } from './play-level.ts'
import { createPlayerMark } from './player-mark.ts'
import type { Player, PlayerParts } from './player-parts.ts'
import { createPlaysSender } from './plays-sender.ts'
import { createRecovery } from './recovery.ts'
import { createReporter, isoOf } from './reporter.ts'
import { createScreenDesk } from './screen-desk.ts'
import { createStatePace } from './state-pace.ts'
import { createStorage } from './storage.ts'
import { createTrustedTime } from './trusted-time.ts'
import type { Usb } from './usb.ts'
import { wantedAssets } from './wanted-assets.ts'

/**
 * Runs a wall: documents and files in, a loop to the screen, reports out. Everything that happens ends in `refresh`, which
 * reads what is true from the database and makes the screen, the cache and the reported state follow.
 */
export async function startPlayer(parts: PlayerParts): Promise<Player> {
  const { configuration, db, log, identity } = parts
  const time = createTrustedTime({ db, clock: parts.clock, system: parts.systemTime, changed: refreshSoon })
  const { clock } = time
  const storage = createStorage({
    db,
    clock,
    log,
    ballast: parts.ballast,
    say: (message, about) => reporter.event('storage-failed', message, about),
    healed() {
      reporter.repeatState()
      refreshSoon()
    },
  })
  const health =
    parts.health &&
    createHealth({
      ...parts.health,
      db,
      log,
      clock: parts.clock,
      told: time.told,
      where: configuration,
      attempt: (run) => storage.attempt('lookups', run, 1),
    })
  const saying = createReporter(db, clock, log, configuration, () => link?.wake(), storage.attempt)
  const overheard = parts.technician?.overhear(saying) ?? saying
  const reporter = health?.overhear(overheard) ?? overheard
  let link: BrokerLink | undefined
  let host: Host | undefined
  let usb: Usb | undefined
  /** The page may say hello before its host has said that it is there. */
  const unsent: ToScreen[] = []
  let stopped = false
  let pending = false
  let plan: LoopPlan | undefined
  let cached: Knowledge | undefined
  const knowledge = (): Knowledge => {
    if (cached) return cached
    cached = readKnowledge(db, identity, parts.systemTimeZone)
    time.documents(cached)
    return cached
  }

  const timeIsKnown = () => time.told().trust !== 'unknown'
  const fleetClock = createFleetClock({
    configuration,
    clock,
    crypto: identity.crypto,
    keyring: () => keyringAt(knowledge().keyring, Math.max(clock.now(), knowledge().keyring.issuedAtMs)),
    nonce: () => crypto.randomUUID(),
    publish: async (message) => link?.publish(message),
    estimated: (line) => time.fleet(anchorOf(line)),
  })
  const recovery = createRecovery({
    clock,
    reporter,
    host: () => host,
    showing: (key) => keeper.showing(key),
    isSafe: parts.supervision?.isSafe === true,
    drew: () => parts.supervision?.drew(),
    restart: parts.supervision?.restart,
  })

  const ear = createPageEar(clock)

  // The browser takes longest, so it is started first; what it is to show is read while it starts, and is there when the page asks.
  const starting = parts.startHost({
    message(message) {
      recovery.heard(message)
      pageClock.heard(message)
      if (message.kind === 'hello') mark.again()
      if (message.kind === 'beat' || message.kind === 'ended') cache.playing?.(message)
      storage.attempt('lookups', () => desk.message(message), 1)
      ear.heard(message)
      health?.heard(message)
    },
    gone(what, reason) {
      reporter.event('stage-gone', `the ${what} is gone: ${reason}`, { what, reason })
      if (what !== 'gpu') desk.gone()
      if (what !== 'gpu') recovery.gone(reason)
    },
    remedy: recovery.remedy,
    calm: recovery.calm,
    back: () => reporter.event('stage-back', 'the screen is back'),
    console: (level, text) => log('debug', `page: ${level}: ${text}`),
    garbled: (why) => log('warning', `the page sent what is no message: ${why}`),
  })
  starting.catch(() => {}) // reported where it is awaited, below

  const cache = parts.startCache(refreshSoon, reporter)
  const keeper = createLoopKeeper(
    db,
    { knowledge, held: cache.held, late: cache.late, hls: cache.hls, on: () => desk.on(), timeIsKnown },
    clock,
    (sent) => desk.programme(recovery.sent(sent)),
    refreshSoon,
  )
  const toPage = (message: ToScreen) => (host ? host.send(message) : unsent.push(message))
  const mark = createPlayerMark(configuration.playerId, toPage)
  const pageClock = createPageClock(clock, time, () => knowledge().site?.sync !== undefined, toPage)
  const desk = createScreenDesk({
    db,
    dated: pageClock.dated,
    level: (showing) => levelOf(showing, knowledge()),
    clockTrust: () => time.told().trust,
    recorded: () => plays?.wake(),
    reporter,
    monotonicMs: parts.clock.monotonicMs,
    attempt: storage.attempt,
    send: toPage,
    sent: () => recovery.sent(keeper.sent()),
    showing: keeper.showing,
    playerName: () => knowledge().site?.name ?? configuration.playerId,
    languages: configuration.languages,
    changed: report,
  })
  const commands = wallCommands({
    clock,
    reporter,
    ear,
    host: () => host,
    programme: () => keeper.sent().programme,
    showing: keeper.showing,
    on: () => desk.on(),
    level: () => plan?.level ?? null,
    playerName: () => knowledge().site?.name ?? configuration.playerId,
    playerId: configuration.playerId,
    retryDownloads: () => cache.retryNow(),
    machine: parts.machine ?? {},
    checkCache: cache.check,
    repeatHealth: health?.repeat,
  })
  const plays =
    parts.signAsPlayer &&
    createPlaysSender({
      db,
      clock,
      random: Math.random,
      where: configuration,
      sign: parts.signAsPlayer,
      publish: async (message) => (link ? link.publish(message) : Promise.reject(new Error('not connected'))),
      keyring: () => keyringAt(knowledge().keyring, Math.max(clock.now(), knowledge().keyring.issuedAtMs)),
      crypto: identity.crypto,
      reporter,
      pace: parts.playsPace,
    })
  const incoming = createIncoming({
    ...parts,
    clock,
    reporter,
    knowledge,
    handlers: commands.handlers,
    publish: async (message) => link?.publish(message),
    refused: report,
    changed(what) {
      cached = undefined
      if (what === 'whom') {
        link?.keysOrGroupsChanged()
        fleetClock.connected() // whose time counts may have changed
      }
      refreshSoon()
    },
  })

  function assetOn(): AssetName | undefined {
    const key = desk.on()
    return key === undefined ? undefined : keeper.showing(key)?.asset
  }
  /** Several things that happen at once lead to one look. */
  function refreshSoon(): void {
    if (pending || stopped) return
    pending = true
    setImmediate(() => {
      pending = false
      if (!stopped) storage.attempt('lookups', refresh)
    })
  }
  function refresh(): void {
    plan = keeper.refresh()
    commands.programmeChanged()
    const wanted = wantedAssets(knowledge(), plan, cache.hls?.() ?? new Map(), clock.now())
    const { site, timeZone } = knowledge()
    mark.follow(site)
    const bandwidth = site?.cache?.bandwidth ?? []
    const playable = plan.lanes.length > 0
    cache.rules?.({
      quotaBytes: site?.cache?.quotaBytes,
      keptPlaylists: keptPlaylists(plan, clock.now(), timeZone),
      keptAssets: site?.fallback ?? [],
      on: () => assetOn(),
    })
    cache.exchange?.({ allowed: site?.cache?.neighbours === true, wanted })
    cache.want(usb?.offer(wanted) ?? wanted, { bandwidth, timeZone, playable, now: clock.now })
    report()
  }
  function report(): void {
    if (!plan || stopped) return
    const downloads = (cache.progress?.() ?? []).map(downloadReport)
    const playlists = [...knowledge().newest, ...knowledge().former].map((one) => one.playlist)
    pace.say({
      now: desk.now(),
      next: desk.next(),
      playlists: withShortage(withProgress(plan.reports, playlists, downloads), cache.shortOf?.()),
      downloads: reportedDownloads(downloads),
      refused: lastRefusals(db, 20).map((refusal) => ({ ...refusal, at: isoOf(refusal.at) })),
      ...clockReport(time.told()),
      trust: knowledge().keyring.revision,
      site: knowledge().site?.revision ?? 0,
      takedowns: knowledge().takedownsRevision,
      playerKey: parts.playerKey,
      health: parts.technician?.place(),
      version: parts.version,
      host: host ? `${host.name} ${host.version}` : 'starting',
    })
  }
  const pace = createStatePace(clock, reporter.state, report)
  storage.attempt('lookups', () => interruptRunningPlays(db))
  storage.attempt('lookups', refresh)
  for (const problem of parts.problems) reporter.event('configuration-wrong', problem)
  host = await starting
  for (const message of unsent) host.send(message)
  reporter.event('player-started', `${parts.version} on ${host.name} ${host.version}`)
  report()
  const connect = health ? health.overhearBroker(parts.connectBroker) : parts.connectBroker
  link =
    connect &&
    createBrokerLink({
      ...parts,
      clock,
      connect,
      knowledge,
      take: (topic, bytes, how) =>
        fleetClock.take(topic, bytes) || plays?.take(topic, bytes)
          ? 'known'
          : storage.insist('messages', () => incoming.take(topic, bytes, how)),
      connected() {
        fleetClock.connected()
        plays?.connected()
        reporter.repeatState()
        cache.retryNow()
      },
      poisoned: (topic, reason) => reporter.event('topic-poisoned', `a message was left out: ${reason}`, { topic }),
      displaced: () =>
        reporter.event(
          'client-id-taken',
          `another player uses the id ${configuration.playerId}: give each its own playerId`,
        ),
    })

  usb = parts.startUsb?.(
    {
      paths: configuration.usb,
      topicPrefix: configuration.topicPrefix,
      take: (topic, bytes) => incoming.take(topic, bytes, { fetched: true }),
      targets: () => knowledge().targets,
      held: cache.settled ?? cache.held,
      changed() {
        if (stopped) return
        cache.want([]) // each download begins with the first of its addresses again
        refresh()
      },
      lastRefusal: () => lastRefusals(db, 1)[0]?.message ?? 'refused',
    },
    reporter,
  )

  const stopUpkeep = parts.startUpkeep?.(reporter)
  const forgetRebuilt = parts.onRebuilt?.((message) => {
    cached = undefined
    reporter.event('database-damaged', message)
    link?.everythingAgain()
    refreshSoon()
  })

  health?.attach({
    recovery: recovery.state,
    cache,
    now: desk.now,
    showing: keeper.showing,
    askPage: () => toPage({ kind: 'look' }),
    publish: async (message) => (link ? link.publish(message) : Promise.reject(new Error('not connected'))),
    storageFailure: storage.failure,
    screenshot: async (as) => (host ? host.screenshot(as) : Promise.reject(new Error('no window'))),
  })
  parts.technician?.attach({
    health: () => health?.health(),
    about: () => ({ ...knowledge().site, timeZone: knowledge().timeZone }),
    now: clock.now,
    picture: async (as) => host?.screenshot(as),
    commands: commands.handlers,
    changed: report,
  })

  return {
    host,
    streamAddress: keeper.streamAddress,
    async stop() {
      stopped = true
      health?.stop()
      plays?.stop()
      storage.attempt('plays', () => desk.stop(), 1)
      forgetRebuilt?.()
      stopUpkeep?.()
      pace.stop()
      usb?.stop()
      storage.stop()
      recovery.stop()
      time.stop()
      fleetClock.stop()
      keeper.stop()
      incoming.stop()
      await host?.stop()
      await cache.stop()
      await link?.stop()
    },
  }
}
