import type { Knowledge } from '../../main/app/knowledge.ts'
import { heldAssets } from '../../main/sqlite/assets.ts'
import type { ReadDb } from '../../main/sqlite/open.ts'
import { type Play, playsAfter } from '../../main/sqlite/plays.ts'
import { loadPosition } from '../../main/sqlite/position.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import type { World } from './check-world.ts'
import type { Expected } from './expected.ts'

/** Every showing that the page heard was recorded is there, in order, and the loop's position is that of the last one. */
export function playsLost(db: ReadDb, { shown, ended }: Expected, world: World): string[] {
  const plays = playsAfter(db, 0, 100_000)
  const byStart = new Map(plays.map((play) => [play.startedAt, play]))
  const problems = shown.flatMap((mark) => {
    const play = byStart.get(mark.at)
    if (play?.asset !== mark.asset || play.item !== mark.item) return [`the play of ${mark.item} at ${mark.at} is lost`]
    const isEndLost = ended.has(mark.at) && (play.outcome !== 'complete' || play.ms !== ended.get(mark.at))
    return isEndLost ? [`the end of the play of ${mark.item} at ${mark.at} is lost`] : []
  })
  if (plays.length > shown.length + world.mostUnheard)
    problems.push(`${plays.length} plays, of which ${shown.length} happened`)
  return [...problems.slice(0, 3), ...wrongPosition(db, plays.at(-1), world)]
}

function wrongPosition(db: ReadDb, last: Play | undefined, world: World): string[] {
  if (!last) return []
  const saved = loadPosition(db)
  const mark = world.shown.find(({ at }) => at === last.startedAt)
  if (!saved) return ['the position of the loop is lost']
  return !mark || mark.key === saved.showingKey
    ? []
    : [`the position is at ${saved.showingKey}, the last play was ${mark.key}`]
}

/** What would play is what was playing, or what was just about to; nothing that was taken down. */
export function wrongLoop(
  db: ReadDb,
  knowledge: Knowledge,
  expected: Expected,
  { programmes, judgesLoop }: World,
): string[] {
  const held = new Set(heldAssets(db).map(({ asset }) => asset))
  const { lanes } = planLoop(knowledge.newest, knowledge.former, {
    ...knowledge,
    atMs: Date.now(),
    held,
    late: new Set(),
  })
  const showings = lanes.flatMap((lane) => lane.showings)
  const down = showings
    .filter(({ asset }) => expected.takenDown.has(asset))
    .map(({ item }) => `${item} is in the loop and was taken down`)
  if (!judgesLoop) return down
  const loop = showings.map((one): string => one.key)
  // What is not on disk for certain may be there or not: several downloads end together, and the page hears of the last.
  const near =
    expected.programmes === 0
      ? [[], ...programmes.slice(0, 2)]
      : programmes.slice(expected.programmes - 1, expected.programmes + 2)
  const inAll = (near[0] ?? []).filter((key) => near.every((one) => one.includes(key)))
  // A newest revision that is here plays as soon as somebody looks; what is former plays only where it did.
  const newest = new Map(knowledge.newest.map(({ playlist }) => [playlist.id, playlist.revision]))
  const odd = showings
    .filter((one) => newest.get(one.playlist) !== one.revision && !near.some((keys) => keys.includes(one.key)))
    .map(({ key }) => `${key} would play and did not`)
  const gone = inAll.filter((key) => !loop.includes(key)).map((key) => `${key} played and would not`)
  const lost = [...expected.cached]
    .filter((asset) => !held.has(asset))
    .map((asset) => `${asset} was reported to be on disk and is not held`)
  return [...down, ...lost, ...odd, ...gone]
}
