import type { PlayerEvent } from '../../shared/reports/event.ts'
import { chanceOf } from '../attack/chance.ts'
import { type Stage, setStage } from '../support/stage.ts'
import { type BusyCity, createBusyCity } from './busy-city.ts'
import type { KillOptions } from './kills.ts'

/** `samples`: looks at the display that showed an item. `backMs`: from each start to the first picture. `wrong`: one sentence for each item and reason. */
export type WallKillFigures = {
  readonly kills: number
  readonly published: number
  readonly samples: number
  readonly items: number
  readonly backMs: readonly number[]
  readonly wrong: readonly string[]
}

type Look = { readonly at: number; readonly item: number }

/** The promise is a second for what is taken down or withdrawn; a look at the display may be a sample old. */
const leavesWithinMs = 1_050
/** From the first look at something new to the last at what it replaced: they may be one picture apart. */
const replacedMs = 200
const backWithinMs = 60_000

/**
 * The real player with its real browser, killed with every process it started at random instants of a busy hour, and started
 * again. What was seen on the grabbed display must have been allowed at that time, before the kill and after it.
 */
export async function killTheWall({ count, seed, progress }: KillOptions): Promise<WallKillFigures> {
  const undo: (() => Promise<void>)[] = []
  try {
    const stage = await setStage({ after: (one) => void undo.push(one) })
    const chance = chanceOf(seed)
    await stage.found()
    const city = await createBusyCity(stage, chance)
    const looks: Look[] = []
    stage.grab.on(({ atMs, seen }) => {
      if (seen.kind === 'frame') looks.push({ at: performance.timeOrigin + atMs, item: seen.item })
    })
    let over = false
    const busy = (async () => {
      while (!over) {
        await city.anything()
        await wait(200 + chance.below(1200))
      }
    })()
    undo.push(async () => {
      over = true
      await busy.catch(() => {}) // told below
    })
    const backMs: number[] = []
    const comesBack = async () => {
      const began = performance.now()
      await stage.grab
        .waitFor(({ kind }) => kind === 'frame', backWithinMs)
        .catch((cause) => {
          const said = stage.observer.events.slice(-20).map(({ code, message }) => `${code}: ${message}`)
          throw new Error(`no picture; the player said:\n${said.join('\n')}`, { cause })
        })
      backMs.push(Math.round(performance.now() - began))
    }
    for (let kill = 1; kill <= count; kill++) {
      const kiosk = await stage.startKiosk()
      if (kill === 1 || chance.below(4) > 0) await comesBack()
      await wait(chance.below(4000))
      await kiosk.powerOff()
      progress(`${kill} of ${count} kills`)
    }
    over = true
    await busy
    await stage.startKiosk()
    await comesBack()
    // Reports come in order: with the newest acceptance, all before it are here.
    const last = city.pushed.at(-1)
    await stage.observer.untilEvent((one) => isAcceptance(one, 'playlist', last?.id, last?.revision), 60_000)
    const wrong = wrongLooks(looks, city, stage.observer.events)
    const items = new Set(looks.map(({ item }) => item)).size
    return { kills: count, published: city.pushed.length, samples: looks.length, items, backMs, wrong }
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const isAcceptance = ({ code, about }: PlayerEvent, kind: string, id: unknown, revision: unknown): boolean =>
  code === 'document-accepted' && about.kind === kind && about.id === id && about.revision === revision

/** Looks that should not have been: each item and reason once, with how late it was. */
export function wrongLooks(looks: readonly Look[], city: BusyCity, events: Stage['observer']['events']): string[] {
  const acceptedAt = (kind: string, id: string, revision: number) =>
    Math.min(
      ...events
        .filter(({ code, about }) => code === 'document-accepted' && about.kind === kind && about.id === id)
        .filter(({ about }) => Number(about.revision) >= revision)
        .map(({ at }) => Date.parse(at)),
    )
  const { pushed, downed, forged } = city
  const overAt = pushed.map((one) => {
    const later = pushed.filter(({ id, revision }) => id === one.id && revision > one.revision)
    const withdrawn = later.filter((other) => other.withdrawn)
    const before = new Set(
      pushed.filter(({ id, revision }) => id !== one.id || revision <= one.revision).flatMap(({ items }) => items),
    )
    const news = new Set(later.flatMap(({ items }) => items).filter((item) => !before.has(item)))
    const replacedAt = looks.find(({ item }) => news.has(item))?.at ?? Number.POSITIVE_INFINITY
    return Math.min(
      replacedAt + replacedMs,
      ...withdrawn.map((other) => acceptedAt('playlist', one.id, other.revision) + leavesWithinMs),
    )
  })
  const downAt = new Map(
    downed.map(({ item, revision }) => [item, acceptedAt('takedowns', 'takedowns', revision) + leavesWithinMs]),
  )
  const why = ({ at, item }: Look): string | undefined => {
    if (forged.has(item)) return `item ${item} was never approved`
    if (at > (downAt.get(item) ?? Number.POSITIVE_INFINITY)) return `item ${item} was taken down`
    const here = pushed.some((one, index) => one.items.includes(item) && one.at <= at && at <= (overAt[index] ?? 0))
    return here ? undefined : `item ${item} was in no playlist in force`
  }
  const reasons = new Map<string, Look[]>()
  for (const look of looks) {
    const reason = why(look)
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), look])
  }
  return [...reasons].map(
    ([reason, all]) => `${reason}, and seen ${all.length} times, first at ${new Date(all[0]?.at ?? 0).toISOString()}`,
  )
}
