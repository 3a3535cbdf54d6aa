import type { Grab, Sample } from '../oracle/grab.ts'
import { descendantsOf, processorTicks, sendSignal } from '../support/processes.ts'

/** What is killed or stopped, and how. */
export type Drill = { readonly part: 'renderer' | 'gpu' | 'browser' | 'main'; readonly signal: 'SIGKILL' | 'SIGSTOP' }

/** What was seen on the display after one kill. Milliseconds. */
export type DrillResult = {
  /**
   * Until the next picture of the programme that moves; undefined: none came in time. 0: the pictures never stood, or for so
   * short a time that nobody could see it.
   */
  readonly backMs: number | undefined
  /** How long nothing lit was seen, and what is no picture of the programme (the slate is one such). */
  readonly blackMs: number
  readonly otherMs: number
}

/** The item of a clip that is a photo: what was killed is made up for while it stands; what hangs may let it stand for ever. */
export const photoItem = 3

/** Kills a part of a wall that plays, and watches the display until a film plays again. */
export async function drillOnce(grab: Grab, root: number, drill: Drill, deadlineMs: number): Promise<DrillResult> {
  const target = await targetOf(root, drill.part)
  if (target === undefined) throw new Error(`there is no ${drill.part} to kill`)
  const samples: Sample[] = []
  const moves = (one: Sample) => drill.signal === 'SIGKILL' && one.seen.kind === 'frame' && one.seen.item === photoItem
  const off = grab.on((sample) => samples.push(sample))
  const atMs = performance.now()
  sendSignal(target, drill.signal)
  try {
    const back = await untilBack(
      grab,
      samples,
      atMs + (drill.signal === 'SIGSTOP' ? missedMs : 0),
      atMs,
      deadlineMs,
      moves,
    )
    const until = back?.atMs ?? performance.now()
    const between = samples.filter((sample) => sample.atMs > atMs && sample.atMs < until)
    return {
      backMs: back && Math.max(0, back.atMs - atMs),
      blackMs: spent(between, 'black', until),
      otherMs: spent(between, 'unknown', until),
    }
  } finally {
    off()
  }
}

/**
 * The first picture after the longest standstill: films show another frame in every second sample, so what stands for less
 * than `standsMs` was not lost. What was stopped may only be missed later, so the display is watched for longer then.
 */
function untilBack(
  grab: Grab,
  samples: readonly Sample[],
  leastUntilMs: number,
  atMs: number,
  deadlineMs: number,
  moves: (sample: Sample) => boolean,
): Promise<Sample | undefined> {
  return new Promise((resolve) => {
    const finish = (found: Sample | undefined) => {
      clearTimeout(timer)
      off()
      resolve(found)
    }
    const off = grab.on((sample) => {
      const back = backIn(samples, atMs, moves)
      // One more second, in which it has to go on.
      if (back && sample.atMs > Math.max(back.atMs + settledMs, leastUntilMs)) finish(back)
      else if (!back && sample.atMs > atMs + missedMs && sample.seen.kind === 'frame' && !stands(samples))
        finish({ ...sample, atMs })
    })
    const timer = setTimeout(() => finish(undefined), deadlineMs)
  })
}

const settledMs = 1000
const missedMs = 15_000
const standsMs = 120

function backIn(samples: readonly Sample[], atMs: number, moves: (sample: Sample) => boolean): Sample | undefined {
  let back: Sample | undefined
  let last: Sample | undefined
  let longestMs = standsMs
  for (const sample of samples) {
    if (sample.seen.kind !== 'frame' || (last !== undefined && same(last, sample) && !moves(sample))) continue
    const stoodMs = sample.atMs - (last?.atMs ?? sample.atMs)
    if (sample.atMs > atMs && stoodMs > longestMs) {
      back = sample
      longestMs = stoodMs
    }
    last = sample
  }
  return back
}

const same = (one: Sample, other: Sample) =>
  one.seen.kind === 'frame' &&
  other.seen.kind === 'frame' &&
  one.seen.item === other.seen.item &&
  one.seen.frame === other.seen.frame

/** Whether the display has shown one and the same frame lately, or none. */
function stands(samples: readonly Sample[]): boolean {
  const last = samples.at(-1)
  const lately = samples.filter(({ atMs }) => last !== undefined && last.atMs - atMs < 500)
  return last === undefined || lately.every((sample) => same(sample, last))
}

function spent(samples: readonly Sample[], kind: 'black' | 'unknown', untilMs: number): number {
  return samples.reduce((sum, sample, at) => {
    return sample.seen.kind === kind ? sum + ((samples[at + 1]?.atMs ?? untilMs) - sample.atMs) : sum
  }, 0)
}

/** The process to kill: of several renderers the one that works most, which is the wall's; a spare one is no loss. */
async function targetOf(root: number, part: Drill['part']): Promise<number | undefined> {
  if (part === 'main') return mainOf(root)
  if (part === 'browser') return browserOf(root)
  const type = part === 'gpu' ? '--type=gpu-process' : '--type=renderer'
  const found = descendantsOf(root).filter(({ command }) => command.includes(type))
  const before = new Map(found.map(({ pid }) => [pid, processorTicks(pid)]))
  await new Promise((resolve) => setTimeout(resolve, 400))
  const worked = (pid: number) => processorTicks(pid) - (before.get(pid) ?? 0)
  return found.toSorted((a, b) => worked(b.pid) - worked(a.pid))[0]?.pid
}

/** The player's own process, beneath the supervisor. */
function mainOf(root: number): number | undefined {
  const below = descendantsOf(root).filter(({ command }) => !command.includes('--type='))
  const electron = below.find(({ command }) => /electron/i.test(command.split(' ')[0] ?? ''))
  return (electron ?? below.find(({ command }) => /\bplayer\b|kiosk/.test(command) && !command.includes('--remote-')))
    ?.pid
}

/** The browser's own process, where the player or a shell drives one. */
const browserOf = (root: number): number | undefined =>
  descendantsOf(root).find(({ command }) => command.includes('--user-data-dir=') && !command.includes('--type='))?.pid
