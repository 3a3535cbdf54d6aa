import type { Told } from '../../shared/clock/trusted-time.ts'
import type { Health, Readings, Reason } from '../../shared/health/health.ts'
import { type Judgement, judge, nothingFound, reasonsOf, verdictOf } from '../../shared/health/judge.ts'
import type { WallPower } from '../../shared/health/wall-power.ts'
import { eventCodes } from '../../shared/reports/event.ts'
import type { ShownNow } from '../../shared/reports/state.ts'
import type { Showing, ShowingKey } from '../../shared/screen/programme.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { reportTopic } from '../../shared/topics.ts'
import type { Host } from '../hosts/host.ts'
import { heldBytes } from '../sqlite/assets.ts'
import { lastFaults } from '../sqlite/faults.ts'
import type { ReadDb, WriteDb } from '../sqlite/open.ts'
import type { Broker, BrokerListener, Publication } from './broker.ts'
import { createBrokerWatch } from './health-broker.ts'
import { cacheReading, clockReading, databaseReading, type HealthCache, recoveryReading } from './health-collect.ts'
import type { HealthParts, RecoveryState } from './health-parts.ts'
import { createPictureWatch } from './health-picture.ts'
import { createPowerWatch } from './health-power.ts'
import type { Log } from './log.ts'
import type { Clock, Undo } from './ports.ts'
import { isoOf, type Reporter } from './reporter.ts'

/** What health asks of the player; each may be asked at any time after `attach`. */
export type HealthSources = {
  readonly cache: HealthCache
  readonly now: () => ShownNow
  readonly showing: (key: ShowingKey) => Showing | undefined
  readonly askPage: () => void
  readonly publish: (message: Publication) => Promise<void>
  readonly storageFailure: () => string | undefined
  readonly screenshot: Host['screenshot']
  readonly recovery?: (() => RecoveryState | undefined) | undefined
}

export type HealthOptions = HealthParts & {
  readonly db: WriteDb
  readonly log: Log
  /** The system's clocks. */
  readonly clock: Clock
  /** What is known of the time. */
  readonly told: () => Told
  readonly where: { readonly topicPrefix: string; readonly playerId: string }
  /** Runs what reads the database; undefined when that fails. */
  readonly attempt: <Result>(run: () => Result) => Result | undefined
}

type Connect = (will: Publication, listener: BrokerListener) => Broker

/** A player's health as it runs. */
export type HealthWatch = {
  /** The newest; undefined before the first look. */
  health(): Health | undefined
  /** Whether a display takes the picture. */
  wallPower(): WallPower
  /** Looks at once and publishes what it found; never rejects. */
  again(): Promise<void>
  /** Passes on everything that a player says, and hears it. */
  overhear(reporter: Reporter): Reporter
  overhearBroker(connect: Connect | undefined): Connect | undefined
  heard(message: FromScreen): void
  /** The player has begun: from now on it is looked at. */
  attach(sources: HealthSources): void
  stop: Undo
}

const lookEveryMs = 2_000
/** A page that does not let itself be looked at is not waited for. */
const patienceMs = 500
const publishEveryMs = 60_000
/** Sums over the whole database are made every so many looks. */
const sumEvery = 15
/** How long it is told that the database was damaged. */
const damageToldMs = 24 * 60 * 60_000

/** Looks at everything every two seconds, judges it, and tells when something changes and each minute. */
export function createHealth(options: HealthOptions): HealthWatch {
  const { clock, db, log, told, where, readMachine, attempt } = options
  const now = () => Math.floor(told().wallMs)
  const beganMs = clock.monotonicMs()
  let sources: HealthSources | undefined
  let reporter: Reporter | undefined
  let judgement: Judgement = nothingFound
  let newest: Health | undefined
  let publishedMs = Number.NEGATIVE_INFINITY
  let lastFault: Readings['lastFault'] = attempt(() => lastErrorOf(db)) ?? null
  let damage: { readonly what: string; readonly atMs: number } | undefined
  const sums = { turn: 0, heldBytes: 0 }
  let hasBroker = false
  let stopped = false
  let looking: Promise<void> | undefined
  let cancel: Undo = () => {}
  const broker = createBrokerWatch({
    ...where,
    run: crypto.randomUUID(),
    monotonicMs: clock.monotonicMs,
    now,
    connected: publish,
  })
  const displays = createPowerWatch({ db, attempt, read: options.readConnectors })
  const picture = createPictureWatch({
    monotonicMs: clock.monotonicMs,
    now: () => sources?.now() ?? { slate: 'starting' },
    showing: (key) => sources?.showing(key),
    glance: options.glanceAt?.(async (as) => {
      if (!sources) throw new Error('there is no wall yet')
      return sources.screenshot(as)
    }),
    askPage: () => sources?.askPage(),
  })

  async function collect(from: HealthSources): Promise<Readings> {
    const glanced = Promise.race([picture.look(), new Promise<void>((resolve) => clock.after(patienceMs, resolve))])
    const [machine, sizes] = await Promise.all([
      readMachine(),
      options.databaseSizes?.().catch(() => undefined),
      glanced,
      displays.look(),
    ])
    const { systemSeconds, ...rest } = machine
    if (sums.turn++ % sumEvery === 0) sums.heldBytes = attempt(() => heldBytes(db)) ?? sums.heldBytes
    const monotonicMs = clock.monotonicMs()
    const playerSeconds = (monotonicMs - beganMs) / 1000
    if (damage && monotonicMs - damage.atMs > damageToldMs) damage = undefined
    return {
      ...rest,
      clock: clockReading(told(), clock.now()),
      uptime: { systemSeconds: Math.round(systemSeconds), playerSeconds: Math.round(playerSeconds) },
      picture: picture.reading(),
      wallPower: displays.power(),
      cache: cacheReading(sums.heldBytes, from.cache),
      database: attempt(() => databaseReading(db, sizes, damage?.what)) ?? null,
      storageFailure: from.storageFailure() ?? null,
      broker: hasBroker ? broker.reading() : null,
      quarantinedItems: picture.quarantined(),
      recovery: recoveryReading(from.recovery?.()),
      lastFault,
    }
  }

  async function look(from: HealthSources): Promise<void> {
    broker.probe()
    const readings = await collect(from)
    if (stopped) return
    const before = newest
    const atMs = now()
    judgement = judge(judgement, readings, { monotonicMs: clock.monotonicMs(), atMs })
    const reasons = reasonsOf(judgement)
    newest = { at: isoOf(atMs), verdict: verdictOf(reasons), reasons, readings }
    tellChange(before, newest)
    const isNews = codesOf(before) !== codesOf(newest) || before?.verdict !== newest.verdict
    if (isNews || clock.monotonicMs() - publishedMs >= publishEveryMs) publish()
  }

  function tellChange(before: Health | undefined, { verdict, reasons }: Health): void {
    if ((before?.verdict ?? 'ok') === verdict) return
    const codes = reasons.map(({ code }) => code)
    const [first] = reasons
    const message = first ? `${verdict}: ${first.message}` : `${verdict} again`
    const about = {
      verdict,
      before: before?.verdict ?? 'ok',
      reasons: codes,
      ...(first && { sentence: saidBy(first) }),
    }
    reporter?.event('health-changed', message, about)
  }

  function publish(): void {
    if (!newest || !sources) return
    publishedMs = clock.monotonicMs()
    const topic = reportTopic(where.topicPrefix, where.playerId, 'health')
    const message: Publication = { topic, payload: JSON.stringify(newest), qos: 0, retain: true }
    sources.publish(message).catch(() => {}) // not connected: it is told as soon as it is
  }

  /** One look at a time; never rejects. */
  function lookOnce(from: HealthSources): Promise<void> {
    looking ??= look(from)
      .catch((error: unknown) => log('error', `the wall could not be looked at: ${String(error)}`)) // it plays on
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  function turn(from: HealthSources, afterMs: number): void {
    cancel = clock.after(afterMs, () => {
      void lookOnce(from).finally(() => {
        if (!stopped) turn(from, lookEveryMs)
      })
    })
  }

  return {
    health: () => newest,
    wallPower: displays.power,
    async again() {
      if (sources) await lookOnce(sources)
      publish()
    },
    overhear(heard) {
      reporter = heard
      return {
        ...heard,
        event(code, message, about) {
          if (eventCodes[code] === 'error') lastFault = { at: isoOf(now()), code, message }
          if (code === 'database-damaged') damage = { what: message, atMs: clock.monotonicMs() }
          heard.event(code, message, about)
        },
      }
    },
    overhearBroker(connect) {
      hasBroker = connect !== undefined
      return connect && broker.overhear(connect)
    },
    heard: picture.heard,
    attach(from) {
      sources = from
      turn(from, 0)
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}

const saidBy = ({ title, messages }: Reason) => ({
  en: `${title?.en ?? ''}. ${messages.en}`,
  zh: `${title?.zh ?? ''}。${messages.zh}`,
})

/** Also of former runs: whoever asks for the last fault asks after a restart above all. */
function lastErrorOf(db: ReadDb): Readings['lastFault'] {
  const [fault] = lastFaults(db, 1, 'error')
  return fault ? { at: fault.at, code: fault.code, message: fault.message } : null
}

const codesOf = (health: Health | undefined): string => (health?.reasons ?? []).map(({ code }) => code).join(' ')
