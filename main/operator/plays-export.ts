import { lineOf } from '../../shared/plays/chain.ts'
import { csvLine, type ExportRow, playRow, type SumBy, sumRow } from '../../shared/plays/export-rows.ts'
import type { PlayFilter } from '../sqlite/play-sums.ts'
import { everyPlay, headerOf, type PlaySource, wholeChain } from './plays-source.ts'

export const exportFormats = ['csv', 'jsonl', 'chain'] as const
export type ExportFormat = (typeof exportFormats)[number]
export const exportGroups = ['play', 'item', 'playlist', 'hour'] as const
export type ExportGroup = (typeof exportGroups)[number]

/** The lines of an export, without their ends; one row in memory at a time. */
export function* exportLines(
  sources: readonly PlaySource[],
  format: ExportFormat,
  by: ExportGroup,
  filter: PlayFilter,
): Generator<string> {
  if (format === 'chain') {
    for (const source of sources) yield* chainLines(source)
    return
  }
  let hasHead = false
  for (const row of rowsOf(sources, by, filter)) {
    if (format === 'csv' && !hasHead) yield csvLine(Object.keys(row))
    hasHead = true
    yield format === 'csv' ? csvLine(Object.values(row)) : JSON.stringify(row)
  }
}

function* chainLines(source: PlaySource): Generator<string> {
  const header = headerOf(source)
  if (!header) return // nothing has been shown to its end yet
  yield JSON.stringify(header)
  for (const one of wholeChain(source))
    yield 'seq' in one ? lineOf(one) : JSON.stringify({ kind: 'plays-gap', statement: one.statement })
}

function* rowsOf(sources: readonly PlaySource[], by: ExportGroup, filter: PlayFilter): Generator<ExportRow> {
  for (const source of sources) {
    if (by === 'play') for (const play of everyPlay(source, filter)) yield playRow(source.player, play)
    else yield* sumsOf(source, by, filter)
  }
}

const sumsOf = (source: PlaySource, by: SumBy, filter: PlayFilter): ExportRow[] =>
  source.sums(filter, by).map((sum) => sumRow(source.player, by, sum))
