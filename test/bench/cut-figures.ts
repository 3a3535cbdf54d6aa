import { type Cut, type Foreign, percentile } from '../oracle/cuts.ts'
import { pairKinds } from './cut-scenes.ts'

/** What one player's cuts of one kind looked like on the display; times in milliseconds. */
export type Figures = {
  readonly player: string
  readonly pair: string
  readonly cuts: number
  /** Cuts left out because the grab itself had paused. */
  readonly unjudged: number
  readonly gap: Spread
  /** How late the new item runs against a perfect splice; negative: early. */
  readonly late: Spread
  readonly framesLost: { readonly total: number; readonly max: number }
  readonly foreign: Foreign
  /** Frames not seen far from any cut, in the whole loop that this row belongs to: what the machine itself drops. */
  readonly framesLostElsewhere: number
  /** Whether the items stopped changing before there were enough cuts. */
  readonly stalled: boolean
}

type Spread = { readonly p50: number; readonly p95: number; readonly max: number }

/** A cut, whose it is, and its kind: one of `pairKinds`, or `outOfOrder`. */
export type LabelledCut = Cut & { readonly player: string; readonly pair: string }

/** The kind of a cut that leads to another item than the loop's next one. */
export const outOfOrder = 'out of order, or no cut at all'

/** One row for each kind of cut; unjudged cuts count for nothing but their number. */
export function figuresOf(
  player: string,
  cuts: readonly LabelledCut[],
  loop: { readonly framesLostElsewhere: number; readonly stalled: boolean },
): Figures[] {
  const found = [...pairKinds, outOfOrder].filter((pair) => cuts.some((cut) => cut.pair === pair))
  const kinds = found.length === 0 ? [outOfOrder] : found
  return kinds.map((pair) => ({ player, pair, ...figuresOfKind(cuts.filter((cut) => cut.pair === pair)), ...loop }))
}

function figuresOfKind(all: readonly Cut[]) {
  const cuts = all.filter((cut) => cut.judged)
  const lost = cuts.map((cut) => cut.framesLost)
  return {
    cuts: cuts.length,
    unjudged: all.length - cuts.length,
    gap: spread(cuts.map((cut) => cut.gapMs)),
    late: spread(cuts.map((cut) => cut.lateMs)),
    framesLost: { total: sum(lost), max: Math.max(0, ...lost) },
    foreign: addForeign(cuts),
  }
}

/** The figures as a table of text, one kind of cut after the other. */
export function toTable(rows: readonly Figures[]): string {
  const header = [
    '',
    'cuts',
    'gap p50',
    'p95',
    'max',
    'late p50',
    'p95',
    'lost',
    'max',
    'black',
    'other',
    'unjudged',
    'lost elsewhere',
  ]
  const pairs = [...pairKinds, outOfOrder].filter((pair) => rows.some((row) => row.pair === pair))
  const lines = pairs.flatMap((pair) => [[pair], ...rows.filter((row) => row.pair === pair).map(toCells)])
  const widths = header.map((title, at) =>
    Math.max(title.length, ...lines.filter((line) => line.length > 1).map((line) => line[at]?.length ?? 0)),
  )
  return [header, ...lines].map((line) => (line.length === 1 ? `\n${line[0]}` : align(line, widths))).join('\n')
}

/** Which goals each kind of cut of the product's own reaches; empty if it was not measured. */
export function describeGoals(rows: readonly Figures[]): string {
  const own = rows.filter((row) => row.player === 'plazacast')
  return own.map((row) => `${row.pair}: ${missedGoals(row).join('; ') || 'all goals reached'}`).join('\n')
}

/** A grab sample at 60 Hz, rounded up, and two of them. */
const [oneSampleMs, twoSamplesMs] = [17, 34]

function missedGoals(row: Figures): string[] {
  const isSame = row.pair === 'video→video, same codec'
  const mostMs = isSame ? oneSampleMs : twoSamplesMs
  return [
    ...(row.pair === outOfOrder || row.stalled ? ['items came out of order, or stopped'] : []),
    ...(row.gap.p95 > mostMs ? [`gap p95 ${ms(row.gap.p95)} is over ${mostMs} ms`] : []),
    ...(isSame && row.gap.p50 > 1 ? [`gap p50 ${ms(row.gap.p50)} is over 0 ms`] : []),
    ...(isSame && row.framesLost.total > 0 ? [`${row.framesLost.total} frames lost`] : []),
    ...(foreignTotal(row) > 0 ? [`${foreignTotal(row)} foreign samples`] : []),
  ]
}

function toCells(row: Figures): string[] {
  const { gap, late, framesLost, foreign } = row
  const times = [gap.p50, gap.p95, gap.max, late.p50, late.p95].map(ms)
  const counts = [framesLost.total, framesLost.max, foreign.black, foreignTotal(row) - foreign.black, row.unjudged]
  const name = `  ${row.player}${row.stalled ? ' (stopped)' : ''}`
  return [name, `${row.cuts}`, ...times, ...counts.map(String), `${row.framesLostElsewhere}`]
}

function align(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')
}

function spread(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: percentile(values, 1) }
}

function addForeign(cuts: readonly Cut[]): Foreign {
  const total = (why: keyof Foreign) => sum(cuts.map((cut) => cut.foreign[why]))
  return {
    black: total('black'),
    unknown: total('unknown'),
    otherItem: total('otherItem'),
    outOfOrder: total('outOfOrder'),
  }
}

function foreignTotal({ foreign }: Figures): number {
  return sum(Object.values(foreign))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function ms(value: number): string {
  return value.toFixed(1)
}
