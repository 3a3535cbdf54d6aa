import type { PlayRecord } from './record.ts'

/** A row of an export: names to values, in the order of the columns. */
export type ExportRow = Readonly<Record<string, string | number | boolean | null>>

/**
 * One play in the words of the trade. Where OpenRTB 2.6 (IAB Tech Lab, with its DOOH additions of 2022-11) has a name for
 * something, the column has it: `dooh.id`, `imp.id`, `imp.dt` (milliseconds since 1970), `imp.qty.multiplier` (plays; nobody
 * counts people here), `bid.cid` (campaign), `bid.adid` (item), `bid.crid` (creative), `bid.dur` (seconds).
 */
export const playRow = (player: string, play: PlayRecord): ExportRow => ({
  'dooh.id': player,
  'imp.id': `${player}-${play.seq}`,
  'imp.dt': Date.parse(play.startedAt),
  'imp.qty.multiplier': isBillable(play) ? 1 : 0,
  'bid.cid': play.playlist,
  'bid.adid': play.item,
  'bid.crid': play.asset,
  'bid.dur': play.ms / 1000,
  seq: play.seq,
  kind: play.kind,
  revision: play.revision,
  startedAt: play.startedAt,
  presentedFrames: play.presentedFrames,
  droppedFrames: play.droppedFrames,
  outcome: play.outcome,
  level: play.level,
  wallOn: play.wallOn,
  brightness: play.brightness,
  clock: play.clock,
  hash: play.hash,
})

/** A whole showing that somebody could see, of something that somebody pays for. */
export const isBillable = ({ kind, outcome, wallOn, level }: PlayRecord): boolean =>
  kind === 'showing' && outcome === 'complete' && wallOn && level !== 'emergency' && level !== 'fallback'

/** What plays of one thing come to. */
export type PlaySum = {
  readonly playlist: string
  readonly item: string
  readonly asset: string
  /** RFC 3339, the full hour in UTC. */
  readonly hour: string
  readonly plays: number
  readonly billable: number
  readonly ms: number
  readonly interrupted: number
  readonly failed: number
  readonly emergency: number
  readonly unlit: number
}
export type SumBy = 'item' | 'playlist' | 'hour'

/** A row of sums. */
export const sumRow = (player: string, by: SumBy, sum: PlaySum): ExportRow => ({
  'dooh.id': player,
  ...(by === 'hour' && { hour: sum.hour }),
  ...(by !== 'hour' && { 'bid.cid': sum.playlist }),
  ...(by === 'item' && { 'bid.adid': sum.item, 'bid.crid': sum.asset }),
  'imp.qty.multiplier': sum.billable,
  'bid.dur': sum.ms / 1000,
  plays: sum.plays,
  interrupted: sum.interrupted,
  failed: sum.failed,
  emergency: sum.emergency,
  unlit: sum.unlit,
})

/** A line of CSV by RFC 4180; a text that a spreadsheet would take for a formula is put behind an apostrophe. */
export const csvLine = (values: readonly (string | number | boolean | null)[]): string => values.map(csvValue).join(',')

function csvValue(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
