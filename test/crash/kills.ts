import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AssetName } from '../../shared/asset-name.ts'
import { chanceOf } from '../attack/chance.ts'
import { checkDisk } from './check.ts'
import { createMemory } from './check-world.ts'
import type { Day } from './day.ts'
import { type Mark, marksIn } from './marks.ts'
import { promisedUntil, type Scene, setScene, unrecordedWorld, wallProgram } from './scene.ts'

export type KillOptions = { readonly count: number; readonly seed: number; readonly progress: (line: string) => void }

/** What came of it. `lost`, `corrupt`, `wrong`: sentences, one for each case found. */
export type KillFigures = {
  readonly kills: number
  readonly shown: number
  readonly published: number
  readonly cached: number
  readonly lost: readonly string[]
  readonly corrupt: readonly string[]
  readonly wrong: readonly string[]
}

/** A take-down must have left the wall within this time (the design's promise), and a withdrawal with it. */
const leavesWithinMs = 1000

/**
 * A busy hour of a real player: documents, downloads, evictions, showings, take-downs without a pause, and the process
 * killed at random instants and started again. After each kill its disk is checked as it lies there.
 */
export async function killAgainAndAgain({ count, seed, progress }: KillOptions): Promise<KillFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-kills-'))
  mkdirSync(join(folder, 'disk'))
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const chance = chanceOf(seed)
    const scene = await setScene(folder, { chance, quotaBytes: 4_000_000, awaits: 'documents' }, undo)
    const { day, observer } = scene
    const given = { ...scene.given, dataDir: join(folder, 'disk', 'data'), showingMs: 30, reads: true }
    const problems: string[] = []
    const memory = createMemory()
    let over = false
    let push = 0
    const busy = (async () => {
      await day.found()
      while (!over) {
        await (push++ < 3 ? day.push('alley', 2) : day.anything())
        await new Promise((resolve) => setTimeout(resolve, 50 + chance.below(400)))
      }
    })()
    busy.catch((error: unknown) => problems.push(`the hour ended: ${String(error)}`))
    const start = () => {
      const wall = spawn(process.execPath, [wallProgram, JSON.stringify(given)], {
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      undo.push(() => killed(wall))
      return wall
    }
    for (let kill = 1; kill <= count; kill++) {
      const wall = start()
      const before = marksOf(given.marks).length
      const isEarly = kill > 1 && chance.below(4) === 0
      if (!isEarly)
        await until('the wall has begun', () => marksOf(given.marks).length > before || wall.exitCode !== null)
      await new Promise((resolve) => setTimeout(resolve, chance.below(isEarly ? 800 : 1600)))
      if (wall.exitCode !== null) problems.push(`the player ended by itself with ${wall.exitCode}`)
      await killed(wall)
      if (existsSync(join(given.dataDir, 'player.db')))
        problems.push(...(await examine(folder, given.dataDir, scene, memory)))
      progress(`${kill} of ${count} kills, ${problems.length} problems`)
    }
    over = true
    start() // the city waits for what it pushed last
    await busy.catch(() => {}) // told above
    const last = day.published.at(-1)
    // Reports come in order: with the newest acceptance, all before it are here.
    await observer.untilEvent(
      ({ code, about }) =>
        code === 'document-accepted' &&
        about.kind === last?.kind &&
        about.id === last?.id &&
        about.revision === last?.revision,
      60_000,
    )
    return figures(folder, day, observer.events, problems, count)
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

const marksOf = (file: string): Mark[] => (existsSync(file) ? marksIn(file) : [])

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 120_000 // a machine may be busy with other things
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A copy of the disk as the kill left it, against all that was promised until then. */
async function examine(
  folder: string,
  dataDir: string,
  { day, wire, rootKeys }: Scene,
  memory: ReturnType<typeof createMemory>,
): Promise<readonly string[]> {
  const copy = join(folder, 'copy')
  rmSync(copy, { recursive: true, force: true })
  for (const suffix of ['', '-seal']) cpSync(`${dataDir}${suffix}`, join(copy, `data${suffix}`), { recursive: true })
  const marks = marksOf(join(folder, 'marks'))
  const promised = promisedUntil(day.published, wire.connections, marks)
  return checkDisk(join(copy, 'data'), promised, unrecordedWorld(folder, rootKeys, day.published, marks), memory)
}

function figures(
  folder: string,
  day: Day,
  events: Parameters<typeof wrongOnTheWall>[2],
  problems: readonly string[],
  kills: number,
): KillFigures {
  const marks = marksOf(join(folder, 'marks'))
  const shown = marks.flatMap((one) => (one.kind === 'shown' ? [one] : []))
  const unread = marks.flatMap((one) => (one.kind === 'unreadable' ? [one] : []))
  const corrupt = [
    ...shown.filter(({ asset, found }) => asset !== found).map(({ asset, found }) => `${asset} was shown as ${found}`),
    ...problems.filter((one) => /counts as held|does not open|half download/.test(one)),
  ]
  return {
    kills,
    shown: shown.length,
    published: day.published.length,
    cached: events.filter(({ code }) => code === 'asset-cached').length,
    lost: problems.filter((one) => !corrupt.includes(one)),
    corrupt: [
      ...corrupt,
      ...unread
        .filter(({ reason }) => !/404|fetch failed|terminated/.test(reason))
        .map(({ asset, reason }) => `${asset}: ${reason}`),
    ],
    wrong: wrongOnTheWall(shown, day, events),
  }
}

/** What was never in that revision, what was taken down, and what a newer complete or withdrawn revision had replaced. */
function wrongOnTheWall(
  shown: readonly Extract<Mark, { kind: 'shown' }>[],
  day: Day,
  events: readonly { at: string; code: string; about: Record<string, unknown> }[],
): string[] {
  const accepted = events
    .filter(({ code }) => code === 'document-accepted')
    .map(({ at, about }) => ({ at: Date.parse(at), kind: about.kind, id: about.id, revision: Number(about.revision) }))
  const acceptedAt = (kind: string, id: string, revision: number) =>
    Math.min(
      ...accepted.filter((one) => one.kind === kind && one.id === id && one.revision >= revision).map(({ at }) => at),
    )
  const downAt = new Map<AssetName, number>()
  for (const { kind, id, revision, takenDown } of day.published)
    for (const asset of takenDown)
      downAt.set(asset, Math.min(downAt.get(asset) ?? Number.POSITIVE_INFINITY, acceptedAt(kind, id, revision)))
  return shown.flatMap(({ at, asset, playlist, revision, item }) => {
    const name = `${item} of ${playlist} ${revision} (${asset})`
    if (!day.assetsOf.get(`${playlist} ${revision}`)?.includes(asset)) return [`${name} was never published`]
    if (at < acceptedAt('playlist', playlist, revision)) return [`${name} was shown before it was accepted`]
    if (at > (downAt.get(asset) ?? Number.POSITIVE_INFINITY) + leavesWithinMs) return [`${name} was taken down`]
    const withdrawn = day.published.find(
      (one) =>
        one.kind === 'playlist' &&
        one.id === playlist &&
        one.revision > revision &&
        !day.assetsOf.has(`${playlist} ${one.revision}`),
    )
    if (withdrawn && at > acceptedAt('playlist', playlist, withdrawn.revision) + leavesWithinMs)
      return [`${name} was withdrawn`]
    return []
  })
}
