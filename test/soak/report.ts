import { type Part, parts } from './memory.ts'
import { type Slope, seeded, theilSen } from './slope.ts'
import type { SoakResult } from './soak.ts'

/** `warmUp`: the share of the run (0 to 1) that is not judged. `boundKib`: growth a change that is let pass. */
export type Judgement = { readonly warmUp: number; readonly boundKib: number }

type Growth = { readonly part: Part; readonly firstMib: number; readonly lastMib: number; readonly kibPerChange: Slope }

/** What decides whether a wall grows. The rest is told, to say where it comes from: a browser keeps caches of its own. */
const judged: ReadonlySet<Part> = new Set<Part>(['page', 'gpu', 'main'])

/** Fewer samples say nothing about a slope. */
const fewestPoints = 8

/** How each part's memory grew after the warm-up; parts with too few samples are left out. */
export function growthOf({ samples, changes }: SoakResult, warmUp: number): Growth[] {
  const judged = samples.filter((sample) => sample.changes >= warmUp * changes)
  return parts.flatMap((part) => {
    const points = judged.flatMap(({ changes: x, memory }) => {
      const mib = memory[part]
      return mib === undefined ? [] : [{ x, y: mib * 1024 }]
    })
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last || points.length < fewestPoints) return []
    return [{ part, firstMib: first.y / 1024, lastMib: last.y / 1024, kibPerChange: theilSen(points, seeded(1)) }]
  })
}

/** Whether page, GPU process or main grows by more than the bound beyond doubt: its whole interval lies above it. */
export function isGrowing(result: SoakResult, { warmUp, boundKib }: Judgement): boolean {
  return growthOf(result, warmUp).some(({ part, kibPerChange }) => judged.has(part) && kibPerChange.low > boundKib)
}

/** The figures as text. */
export function toReport(result: SoakResult, { warmUp, boundKib }: Judgement): string {
  const { changes, ms, samples, black, longestMs, seen } = result
  const perHour = changes / (ms / 3_600_000)
  const rows = growthOf(result, warmUp).map((growth) => rowOf(growth, perHour, boundKib))
  const items = [...seen].toSorted(([one], [other]) => one - other).map(([item, times]) => `${item}: ${times}`)
  return [
    `${changes} changes in ${(ms / 60_000).toFixed(1)} min, ${samples.length} samples; longest time without a change ${Math.round(longestMs)} ms; black samples of the display: ${black}`,
    `times each item came on: ${items.join(', ')}`,
    `memory in MiB (of a process its own: resident without the pages of files; 'resident' with them), slopes after the first ${Math.round(warmUp * 100)} % with 95 % intervals (Theil-Sen, moving block bootstrap); page, gpu and main are judged, bound ${boundKib} KiB a change`,
    ...(rows.length > 0 ? rows : [`too few samples for slopes: ${JSON.stringify(samples.at(-1)?.memory)}`]),
  ].join('\n')
}

function rowOf({ part, firstMib, lastMib, kibPerChange }: Growth, changesPerHour: number, boundKib: number): string {
  const { slope, low, high } = kibPerChange
  const mibPerHour = (kib: number) => ((kib * changesPerHour) / 1024).toFixed(2)
  const verdict = verdictOf(kibPerChange, judged.has(part) ? boundKib : Number.POSITIVE_INFINITY)
  const sizes = `${firstMib.toFixed(1)} → ${lastMib.toFixed(1)}`
  return `  ${part.padEnd(16)} ${sizes.padEnd(16)} ${slope.toFixed(2)} KiB a change (${low.toFixed(2)} to ${high.toFixed(2)}); ${mibPerHour(slope)} MiB/h (${mibPerHour(low)} to ${mibPerHour(high)}): ${verdict}`
}

function verdictOf({ low, high }: Slope, boundKib: number): string {
  if (low > boundKib) return 'GROWS'
  if (low > 0) return Number.isFinite(boundKib) ? 'grows, within the bound' : 'grows'
  return high < 0 ? 'shrinks' : 'not distinguishable from zero'
}
