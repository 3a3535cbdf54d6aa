import type { Site } from '../../shared/documents/site.ts'
import type { Health } from '../../shared/health/health.ts'
import { prometheusText } from '../../shared/health/prometheus.ts'
import type { KeptFault } from '../../shared/reports/fault.ts'
import type { State } from '../../shared/reports/state.ts'
import {
  identifySeconds,
  openFault,
  openState,
  type TechnicianAction,
  type TechnicianAnswer,
  technicianActions,
} from '../../shared/technician/report.ts'
import type { JpegOptions } from '../hosts/host.ts'
import { CommandFailed, type CommandHandler } from './commands.ts'
import type { Clock } from './ports.ts'
import { isoOf, type Reporter } from './reporter.ts'
import type { TechnicianAccess } from './technician-access.ts'
import type { TechnicianDesk, WallPicture } from './technician-ports.ts'

/** What the technician's page sees of a running player. */
export type WatchedPlayer = {
  about(): { readonly name?: string | undefined; readonly place?: Site['place']; readonly timeZone: string }
  /** The newest; undefined before the first. */
  health?(): Health | undefined
  /** The player's clock, milliseconds since 1970. */
  now(): number
  /** A picture of the wall; undefined or rejected when none can be had. */
  picture(as: JpegOptions): Promise<Uint8Array | undefined>
  /** By name, as signed commands call them. */
  readonly commands: ReadonlyMap<string, CommandHandler>
  /** Where the page is has changed: the state says it. */
  changed(): void
}

/** Where the technician's page is found; `fingerprint`: SHA-256 of its certificate, null without one. */
export type PagePlace = { readonly url: string; readonly fingerprint: string | null }

/** What a player knows of the page that shows it. */
export type TechnicianPage = Pick<Technician, 'overhear' | 'attach'> & {
  /** Undefined while nothing listens. */
  place(): PagePlace | undefined
}

export type TechnicianOptions = {
  readonly playerId: string
  readonly clock: Clock
  readonly hasPin: boolean
  /** The last faults, the newest first; may throw when the disk cannot be read. */
  readonly faults: () => readonly KeptFault[]
  /** Whether `metrics` answers. */
  readonly metrics: boolean
  readonly access: (
    report: (what: 'signed-in' | 'locked', client: string, waitSeconds: number) => void,
  ) => TechnicianAccess
}

export type Technician = {
  readonly desk: TechnicianDesk
  /** Passes on everything that a player says, and hears it. */
  overhear(reporter: Reporter): Reporter
  /** The player has begun. */
  attach(player: WatchedPlayer): void
  /** The page is there, or elsewhere than before. */
  moved(): void
}

/** One picture serves all who look for so long: looking costs the wall the same, however many look. */
const smallPicture = { width: 640, quality: 60 }
const pictureLivesMs = 2000
const picturePatienceMs = 5000
const longestActMs = 25_000

/** What the technician's page is told and may do; everything it knows comes from the player that it watches. */
export function createTechnician({ playerId, clock, hasPin, metrics, ...options }: TechnicianOptions): Technician {
  let player: WatchedPlayer | undefined
  let state: State | undefined
  let faults: readonly KeptFault[] = []
  let said: Reporter | undefined
  const now = () => isoOf(player?.now() ?? clock.now())
  const access = options.access((what, client, waitSeconds) => {
    if (what === 'locked') said?.event('technician-locked-out', `wrong PINs from ${client}`, { client, waitSeconds })
    else said?.event('technician-signed-in', `the PIN was given from ${client}`, { client })
  })
  const picture = freshPicture(clock, async () => {
    const bytes = await player?.picture(smallPicture)
    return bytes && { bytes, mediaType: 'image/jpeg' }
  })
  function lastFaults(): readonly KeptFault[] {
    try {
      faults = options.faults()
    } catch {} // the disk fails, which health says: what was known before stays
    return faults
  }
  const known = () => (hasPin ? technicianActions.filter((name) => player?.commands.has(name)) : [])

  async function act(action: TechnicianAction, client: string): Promise<TechnicianAnswer> {
    const handler = player?.commands.get(action)
    if (!handler) return { ok: false, code: 'unknown-command', message: 'this player cannot do that' }
    const controller = new AbortController()
    const late = clock.after(longestActMs, () => controller.abort())
    try {
      await handler(action === 'identify' ? { seconds: identifySeconds } : {}, {
        progress: () => {},
        signal: controller.signal,
      })
      said?.event('technician-acted', `${action} was asked for from ${client}`, { action, client, ok: true })
      return { ok: true }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const code = error instanceof CommandFailed ? error.code : 'failed'
      said?.event('technician-acted', `${action} was asked for from ${client}: ${message}`, {
        action,
        client,
        ok: false,
      })
      return { ok: false, code, message }
    } finally {
      late()
    }
  }

  return {
    desk: {
      report(isSignedIn) {
        const about = player?.about()
        return {
          at: now(),
          playerId,
          name: about?.name ?? null,
          place: about?.place?.label ?? null,
          timeZone: about?.timeZone ?? 'UTC',
          health: player?.health?.() ?? null,
          state: state ? openState(state) : null,
          faults: lastFaults().map(openFault),
          actions: known(),
          signedIn: isSignedIn,
        }
      },
      picture,
      metrics() {
        const health = metrics ? player?.health?.() : undefined
        return health && prometheusText(playerId, health)
      },
      ...access,
      act,
    },
    overhear(reporter) {
      said = reporter
      return {
        ...reporter,
        state(news) {
          state = { at: now(), ...news }
          reporter.state(news)
        },
      }
    },
    attach(started) {
      player = started
      started.changed()
    },
    moved: () => player?.changed(),
  }
}

/** The newest picture, taken when somebody asks and the last one is old; those who ask meanwhile wait for the same one. */
function freshPicture(
  clock: Clock,
  take: () => Promise<WallPicture | undefined>,
): () => Promise<WallPicture | undefined> {
  let last: { readonly atMs: number; readonly picture: WallPicture | undefined } | undefined
  let taking: Promise<WallPicture | undefined> | undefined
  async function again(): Promise<WallPicture | undefined> {
    const picture = await withPatience(clock, take())
    last = { atMs: clock.monotonicMs(), picture }
    return picture
  }
  return async () => {
    if (last && clock.monotonicMs() - last.atMs < pictureLivesMs) return last.picture
    taking ??= again().finally(() => {
      taking = undefined
    })
    return taking
  }
}

function withPatience<T>(clock: Clock, wanted: Promise<T | undefined>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const undo = clock.after(picturePatienceMs, () => resolve(undefined))
    const settle = (value: T | undefined) => {
      undo()
      resolve(value)
    }
    wanted.then(settle, () => settle(undefined)) // no page can answer: there is no picture, and the page says so
  })
}
