/** What is made anew to bring the picture back, from the cheapest to the dearest. */
export const remedies = ['page', 'browser', 'fresh-browser', 'safe-mode', 'process'] as const
export type Remedy = (typeof remedies)[number]

/** What was lost: a page can be loaded anew in its browser, a browser cannot. */
export type Lost = 'page' | 'browser'

/** Where a player stands on the ladder. All times are milliseconds of a clock that never steps. */
export type Ladder = {
  /** The rung of the last remedy; -1 on the ground. */
  readonly rung: number
  /** Losses in a row before which the picture had not lasted. */
  readonly unhelped: number
  /** Losses of the last two minutes. */
  readonly losses: readonly number[]
  readonly lastRemedyAtMs: number | undefined
  /** The remedy that is next, and when. */
  readonly due: { readonly remedy: Remedy; readonly atMs: number } | undefined
  /** Since when pictures have come without a gap, and when the last one came. */
  readonly picturesSinceMs: number | undefined
  readonly lastPictureMs: number | undefined
  /** One still without the graphics processor, until pictures have come for `calmMs`. */
  readonly isSafe: boolean
  readonly calmMs: number
}

export const ground: Ladder = {
  rung: -1,
  unhelped: 0,
  losses: [],
  lastRemedyAtMs: undefined,
  due: undefined,
  picturesSinceMs: undefined,
  lastPictureMs: undefined,
  isSafe: false,
  calmMs: 120_000,
}

/** Two remedies are never begun closer to each other than this, in milliseconds. */
export const leastWaitMs = 250
/** No remedy waits longer than this, whatever has happened: a cap on attempts is a black wall for ever. */
export const longestWaitMs = 12_500

/** Pictures for this long are a remedy that helped: the next loss may have the same, at once. */
const helpedMs = 3_000
const memoryMs = 120_000
/** More losses than this within the memory are no accidents, even if each was remedied. */
const oftenLost = 24
/** Pictures further apart than this are a gap. */
const gapMs = 5_000
const longestCalmMs = 3_600_000

/** The rungs of a wall: the first is tried twice. `process` is only for who is started again by somebody. */
const rungsOf = (canRestart: boolean): readonly Remedy[] =>
  canRestart
    ? ['page', 'page', 'browser', 'fresh-browser', 'safe-mode', 'process']
    : ['page', 'page', 'browser', 'fresh-browser', 'safe-mode']

/**
 * The picture is lost: plans the next remedy. A loss after pictures that had lasted is remedied as the one before; any other
 * climbs a rung. At the top the last two rungs take turns for ever. Waits double from the second failure in a row on, with up
 * to a quarter more by chance (`random`, 0 to 1), so that walls that fail together do not start together.
 */
export function afterLoss(ladder: Ladder, lost: Lost, nowMs: number, random: number, canRestart = false): Ladder {
  const rungs = rungsOf(canRestart)
  const losses = [...ladder.losses.filter((atMs) => nowMs - atMs < memoryMs), nowMs].slice(-oftenLost - 1)
  const lasted = ladder.picturesSinceMs !== undefined && nowMs - ladder.picturesSinceMs >= helpedMs
  const helped = lasted && losses.length <= oftenLost
  const climbed = helped ? Math.max(0, ladder.rung) : ladder.rung + 1
  const rung = Math.max(climbed, lost === 'browser' ? rungs.indexOf('browser') : 0)
  const unhelped = helped ? 0 : ladder.unhelped + 1
  const backOffMs = unhelped <= 1 ? 0 : Math.min(10_000, leastWaitMs * 2 ** (unhelped - 2)) * (1 + random / 4)
  const earliestMs = (ladder.lastRemedyAtMs ?? Number.NEGATIVE_INFINITY) + leastWaitMs
  return {
    ...ladder,
    rung: rung < rungs.length ? rung : rungs.length - 2,
    unhelped,
    losses,
    due: {
      remedy: rungs[rung < rungs.length ? rung : rungs.length - 2] ?? 'browser',
      atMs: Math.max(nowMs + backOffMs, earliestMs),
    },
    picturesSinceMs: undefined,
    lastPictureMs: undefined,
  }
}

/** The remedy that was due begins. A browser made anew after safe mode has everything again, unless it is the safe one. */
export function remedyBegun(ladder: Ladder, nowMs: number): Ladder {
  const remedy = ladder.due?.remedy
  const isSafe = remedy === 'safe-mode' || (remedy === 'page' && ladder.isSafe)
  return { ...ladder, due: undefined, lastRemedyAtMs: nowMs, isSafe }
}

/**
 * A picture came. After two good minutes the wall is on the ground again; one in safe mode gets its full browser back then,
 * and has to be calm twice as long the next time, up to an hour.
 */
export function afterPicture(ladder: Ladder, nowMs: number): Ladder {
  if (ladder.due) return ladder
  const isGap = ladder.lastPictureMs === undefined || nowMs - ladder.lastPictureMs > gapMs
  const picturesSinceMs = isGap ? nowMs : (ladder.picturesSinceMs ?? nowMs)
  const seen = { ...ladder, picturesSinceMs, lastPictureMs: nowMs }
  const goodMs = nowMs - picturesSinceMs
  if (ladder.isSafe && goodMs >= ladder.calmMs) {
    const calmMs = Math.min(longestCalmMs, ladder.calmMs * 2)
    return { ...ground, calmMs, lastRemedyAtMs: ladder.lastRemedyAtMs, due: { remedy: 'browser', atMs: nowMs } }
  }
  if (ladder.isSafe || ladder.rung < 0 || goodMs < ground.calmMs) return seen
  return { ...seen, rung: -1, unhelped: 0, losses: [] }
}
