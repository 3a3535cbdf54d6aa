import type { Readings } from '../../shared/health/health.ts'
import type { ShownNow } from '../../shared/reports/state.ts'
import type { Showing, ShowingKey } from '../../shared/screen/programme.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import type { Glance } from './health-parts.ts'

type Picture = Readings['picture']

export type PictureWatchOptions = {
  readonly monotonicMs: () => number
  readonly showing: (key: ShowingKey) => Showing | undefined
  readonly now: () => ShownNow
  /** Undefined: nobody can look, and nothing is said of black. */
  readonly glance: Glance | undefined
  /** Asks the page how bright its own picture is. */
  readonly askPage: () => void
}

/** What is known of the picture from what the page says, and from looking at it. */
export type PictureWatch = {
  heard(message: FromScreen): void
  /** Looks at the picture if it is time to; to be called every two seconds. Resolves when it has, and never rejects. */
  look(): Promise<void>
  reading(): Picture
  quarantined(): string[]
}

/** Darker than this everywhere is black: dark scenes have brighter parts, and coding makes black a little brighter. */
const blackLevel = 12
const lookEveryMs = 4_000
const droppedWindowMs = 5 * 60_000
/** Fewer frames than this say nothing of how many are dropped. */
const fewFrames = 100
/** A page tries what it left out again after an hour at the latest. */
const quarantineMs = 3_600_000

export function createPictureWatch(options: PictureWatchOptions): PictureWatch {
  const { monotonicMs, now, showing, glance, askPage } = options
  let shown: { readonly key: ShowingKey; readonly isFilm: boolean; readonly name: string } | 'slate' | undefined
  let beatMs: number | undefined
  let frameMs = 0
  let pageFrames = 0
  let pageSeen = 0
  let presentedFrames = 0
  let ends: readonly { readonly atMs: number; readonly presented: number; readonly dropped: number }[] = []
  let droppedFrames = 0
  let black: { readonly sinceMs: number; lastMs: number } | undefined
  let lookedMs = Number.NEGATIVE_INFINITY
  let isLooking = false
  let sawLast = false
  /** The page's last answers in this stretch of black, the newest first: whether its own picture was black too. */
  let ownBlack: readonly boolean[] = []
  let leftOut: ReadonlyMap<ShowingKey, { readonly name: string; readonly untilMs: number }> = new Map()

  function beat({ presentedFrames: frames, seenFrames = frames }: Beat): void {
    beatMs = monotonicMs()
    if (seenFrames !== pageSeen) frameMs = beatMs
    pageSeen = seenFrames
    presentedFrames += frames >= pageFrames ? frames - pageFrames : frames // a page that began anew counts anew
    pageFrames = frames
  }

  function ended({ key, presentedFrames: presented, droppedFrames: dropped, outcome }: Ended): void {
    const atMs = monotonicMs()
    droppedFrames += dropped
    ends = [...ends, { atMs, presented, dropped }].filter((one) => atMs - one.atMs < droppedWindowMs)
    if (outcome === 'complete') leftOut = without(leftOut, key)
  }

  function show(key: ShowingKey): void {
    const item = showing(key)
    const isFilm = item !== undefined && !item.mediaType.startsWith('image/')
    shown = { key, isFilm, name: item ? `${item.playlist} / ${item.item}` : key }
    frameMs = monotonicMs()
  }

  async function glanceNow(look: Glance): Promise<void> {
    isLooking = true
    lookedMs = monotonicMs()
    try {
      const isBlack = (await look()) <= blackLevel
      sawLast = true
      const atMs = monotonicMs()
      if (isBlack) {
        black = { sinceMs: black?.sinceMs ?? atMs, lastMs: atMs }
        askPage()
      } else forgetBlack()
    } catch {
      sawLast = false // no page or no compositor that answers: other signs tell of that
      forgetBlack()
    } finally {
      isLooking = false
    }
  }

  function forgetBlack(): void {
    black = undefined
    ownBlack = []
  }

  function droppedPercent(): number | null {
    const presented = ends.reduce((sum, one) => sum + one.presented, 0)
    const dropped = ends.reduce((sum, one) => sum + one.dropped, 0)
    return presented + dropped < fewFrames ? null : rounded((100 * dropped) / (presented + dropped))
  }

  function kindNow(): Pick<Picture, 'kind' | 'on'> {
    if (shown === undefined) return { kind: 'none', on: null }
    if (shown !== 'slate') return { kind: shown.isFilm ? 'film' : 'photo', on: shown.name }
    const told = now()
    if ('dark' in told) return { kind: 'dark', on: told.dark }
    return { kind: 'slate', on: 'slate' in told ? told.slate : null }
  }

  return {
    heard(message) {
      if (message.kind === 'beat') beat(message)
      else if (message.kind === 'ended') ended(message)
      else if (message.kind === 'shown') show(message.key)
      else if (message.kind === 'slate') shown = 'slate'
      else if (message.kind === 'looked' && black)
        ownBlack = [message.brightest !== null && message.brightest <= blackLevel, ...ownBlack].slice(0, 3)
      else if (message.kind === 'hello')
        leftOut = new Map() // a page that begins knows of no failures
      else if (message.kind === 'order' && message.order === 'clear-quarantine') leftOut = new Map()
      else if (message.kind === 'fault' && message.code === 'item-quarantined') {
        const name = showing(message.key)?.item ?? message.key
        leftOut = new Map(leftOut).set(message.key, { name, untilMs: monotonicMs() + quarantineMs })
      }
    },
    async look() {
      const isDue = black !== undefined || monotonicMs() - lookedMs >= lookEveryMs
      if (glance && !isLooking && isDue && shown !== undefined) await glanceNow(glance)
    },
    reading() {
      const atMs = monotonicMs()
      const told = kindNow()
      return {
        ...told,
        presentedFrames,
        droppedFrames,
        droppedPercent: droppedPercent(),
        beatAgeMs: beatMs === undefined ? null : Math.round(atMs - beatMs),
        frameAgeMs: told.kind === 'film' ? Math.round(atMs - frameMs) : null,
        blackMs: !sawLast ? null : black ? Math.round(black.lastMs - black.sinceMs) : 0,
        blackByItself: ownBlack.length === 0 ? null : ownBlack.includes(true),
      }
    },
    quarantined() {
      const atMs = monotonicMs()
      leftOut = new Map([...leftOut].filter(([key, { untilMs }]) => untilMs > atMs && showing(key) !== undefined))
      return [...leftOut.values()].map(({ name }) => name)
    },
  }
}

type Beat = Extract<FromScreen, { kind: 'beat' }>
type Ended = Extract<FromScreen, { kind: 'ended' }>

const rounded = (value: number): number => Math.round(value * 10) / 10

function without<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
