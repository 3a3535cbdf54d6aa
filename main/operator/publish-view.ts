import { type Answer, answerText } from '../../shared/operator/answer.ts'
import type { PlacedMistake } from '../../shared/operator/mistake.ts'
import { countText, sizeText } from '../../shared/operator/sizes.ts'
import { printable, tableLines } from '../../shared/operator/text-table.ts'
import { type LiveText, liveText } from '../adapters/live-text.ts'
import { talk } from './console.ts'
import type { PublishProgress } from './publication.ts'

/** What an operator sees of a publication: a table redrawn on a terminal, lines elsewhere, JSON for scripts. */
export type PublishView = {
  say(line: string): void
  report(progress: PublishProgress): void
  mistake(line: string, mistake: PlacedMistake): void
  result(complete: boolean, summary: string, advice: readonly string[]): void
  /** Gives the terminal back. */
  end(): void
}

/** What takes longer than this is worth a line. */
const longMs = 1_000

/** A view on stdout. */
export function publishView(json: boolean): PublishView {
  const { say: sayPlain, emit } = talk(json)
  const live: LiveText | undefined = process.stdout.isTTY && !json ? liveText(process.stdout) : undefined
  const say = (line: string) => (live ? live.keep(printable(line)) : sayPlain(line))
  const answers = new Map<string, Answer>()
  const beganMs = performance.now()
  let toldPercent = 0

  /** Tells how far something is that takes long: redrawn on a terminal, elsewhere in tenths. */
  function progress(what: string, share: number): void {
    const percent = Math.floor(share * 100)
    if (percent < toldPercent) toldPercent = 0
    if (performance.now() - beganMs < longMs) return
    if (live) {
      live.show(percent === 100 ? [] : [`${what}: ${percent} %`])
    } else if (percent >= toldPercent + 10) {
      toldPercent = percent
      sayPlain(`${what}: ${percent} %`)
    }
  }

  function answered(player: string, answer: Answer): void {
    answers.set(player, answer)
    emit({ event: 'answer', player, ...answer })
    if (!live) {
      sayPlain(`${player}: ${answerText(answer)}`)
      return
    }
    const rows = [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, one]) => [mark(one), id, answerText(one)])
    live.show(tableLines(rows, process.stdout.columns ?? 80))
  }

  return {
    say,
    report: (told) => {
      switch (told.kind) {
        case 'looking':
          return progress(`Looking into ${countText(told.total, 'file')}`, told.done / told.total)
        case 'hashing':
          return progress(`Hashing ${sizeText(told.totalBytes)}`, told.doneBytes / told.totalBytes)
        case 'serving':
          emit({ event: 'serving', origin: told.origin, files: told.files })
          return say(`Serving ${countText(told.files, 'file')} on ${told.origin}`)
        case 'pushed': {
          const { id, target, revision, topic, withdrawn, totalBytes } = told.pushed
          emit({ event: 'pushed', id, target, revision, topic, withdrawn, totalBytes })
          return say(`${withdrawn ? 'Withdrew' : 'Pushed'} ${id} for ${target}, revision ${revision}.`)
        }
        case 'answer':
          return answered(told.player, told.answer)
        case 'warning':
          emit({ event: 'warning', message: told.message })
          return say(`Warning: ${told.message}`)
      }
    },
    mistake: (line, mistake) => {
      emit({ event: 'mistake', ...mistake })
      if (!json) process.stderr.write(`${printable(line)}\n`)
    },
    result: (complete, summary, advice) => {
      emit({ event: 'result', complete, players: Object.fromEntries(answers) })
      live?.end()
      for (const line of [summary, ...advice]) sayPlain(line)
    },
    end: () => live?.end(),
  }
}

function mark(answer: Answer): string {
  if (answer.kind === 'has') return '✓'
  return answer.kind === 'refused' || answer.kind === 'other' ? '✗' : '…'
}
