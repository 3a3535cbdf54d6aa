import type { PlanWithFallback } from '../../shared/loop/fallback.ts'
import { interruptRunningPlays } from '../sqlite/plays.ts'
import { lastRefusals } from '../sqlite/refusals.ts'
import { wallCommands } from './commands-wall.ts'
import { createPlayerCore } from './player-core.ts'
import type { Player, PlayerParts } from './player-parts.ts'
import { reportedState } from './player-report.ts'
import { supply } from './player-supply.ts'
import { createPlayerWall } from './player-wall.ts'
import { createPlayerWire } from './player-wire.ts'
import { createStatePace } from './state-pace.ts'
import type { Usb } from './usb.ts'

/**
 * Runs a wall: documents and files in, a loop to the screen, reports out. Everything that happens ends in `refresh`, which
 * reads what is true from the database and makes the screen, the cache and the reported state follow.
 */
export async function startPlayer(parts: PlayerParts): Promise<Player> {
  const { configuration, db } = parts
  let stopped = false
  let pending = false
  let plan: PlanWithFallback | undefined
  let usb: Usb | undefined

  const core = createPlayerCore(parts, refreshSoon)
  const { clock, reporter, storage, knowledge, health } = core
  const wall = createPlayerWall(parts, core, {
    cache: () => cache,
    changed: report,
    recorded: () => wire.recorded(),
    due: refreshSoon,
  })
  const { desk, keeper, host } = wall
  const cache = parts.startCache(refreshSoon, reporter)
  const commands = wallCommands({
    clock,
    reporter,
    ear: wall.ear,
    host,
    programme: () => keeper.sent().programme,
    showing: keeper.showing,
    on: () => desk.on(),
    level: () => plan?.level ?? null,
    playerName: () => knowledge().site?.name ?? configuration.playerId,
    playerId: configuration.playerId,
    retryDownloads: () => cache.retryNow(),
    machine: parts.machine ?? {},
    checkCache: cache.check,
    healthAgain: health?.again,
  })
  const wire = createPlayerWire(parts, core, {
    handlers: commands.handlers,
    changed: refreshSoon,
    refused: report,
    connected: () => cache.retryNow(),
  })
  const pace = createStatePace(clock, reporter.state, report)

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
    wall.mark.follow(knowledge().site)
    supply(cache, {
      knowledge: knowledge(),
      plan,
      now: clock.now,
      assetOn: wall.assetOn,
      offer: (wanted) => usb?.offer(wanted) ?? wanted,
    })
    report()
  }
  function report(): void {
    if (plan && !stopped) pace.say(reportedState(parts, core, wall, cache, plan))
  }

  storage.attempt('lookups', () => interruptRunningPlays(db))
  storage.attempt('lookups', refresh)
  for (const problem of parts.problems) reporter.event('configuration-wrong', problem)
  const window = await wall.opened()
  reporter.event('player-started', `${parts.version} on ${window.name} ${window.version}`)
  report()
  wire.connect()
  usb = parts.startUsb?.(
    {
      paths: configuration.usb,
      topicPrefix: configuration.topicPrefix,
      take: (topic, bytes) => wire.take(topic, bytes, { fetched: true }),
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
    core.forgetKnowledge()
    reporter.event('database-damaged', message)
    wire.everythingAgain()
    refreshSoon()
  })
  health?.attach({
    recovery: wall.recovery.state,
    cache,
    now: desk.now,
    showing: keeper.showing,
    askPage: () => wall.send({ kind: 'look' }),
    publish: wire.publish,
    storageFailure: storage.failure,
    screenshot: (as) => window.screenshot(as),
  })
  parts.technician?.attach({
    health: () => health?.health(),
    about: () => ({ ...knowledge().site, timeZone: knowledge().timeZone }),
    now: clock.now,
    picture: (as) => window.screenshot(as),
    commands: commands.handlers,
    changed: report,
  })

  return {
    host: window,
    streamAddress: keeper.streamAddress,
    async stop() {
      stopped = true
      health?.stop()
      wire.stop()
      forgetRebuilt?.()
      stopUpkeep?.()
      pace.stop()
      usb?.stop()
      wall.stop()
      await wall.close()
      core.stop()
      await cache.stop()
      await wire.close()
    },
  }
}
