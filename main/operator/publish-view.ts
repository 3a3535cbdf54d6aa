import { type Answer, answerText } from '../../shared/operator/answer.ts'
import type { PlacedMistake } from '../../shared/operator/mistake.ts'
import { countText, sizeText } from '../../shared/operator/sizes.ts'
import { printable, tableLines } from '../../shared/operator/text-table.ts'
import { type LiveText, liveText } from '../adapters/live-text.ts'
import { talk } from './console.ts'
import type { PublishProgress } from './publish.ts'

/** What an operator sees of a publication: a table redrawn on a terminal, lines elsewhere, JSON for scripts. */
export type PublishView = {
  say(line: string): void
  report(progress: PublishProgress): void
  mistake(line: string, mistake: PlacedMistake): void
  result(complete: boolean, summary: string, advice: readonly string[]): void
  /** Gives the terminal back. */
  end(): void
}

/** Hashing is worth a line when it takes longer than this. */
const longMs = 1_000

/** A view on stdout. */
export function publishView(json: boolean): PublishView {
  const { say: sayPlain, emit } = talk(json)
  const live: LiveText | undefined = process.stdout.isTTY && !json ? liveText(process.stdout) : undefined
  const say = (line: string) => (live ? live.keep(printable(line)) : sayPlain(line))
  const answers = new Map<string, Answer>()
  const beganMs = performance.now()
  let toldPercent = 0

  function hashing(doneBytes: number, totalBytes: number): void {
    const percent = Math.floor((doneBytes / totalBytes) * 100)
    if (performance.now() - beganMs < longMs) return
    const line = `Hashing ${sizeText(totalBytes)}: ${percent} %`
    if (live) {
      live.show(percent === 100 ? [] : [line])
    } else if (percent >= toldPercent + 10) {
      toldPercent = percent
      sayPlain(line)
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
    report: (progress) => {
      switch (progress.kind) {
        case 'hashing':
          return hashing(progress.doneBytes, progress.totalBytes)
        case 'serving':
          emit({ event: 'serving', origin: progress.origin, files: progress.files })
          return say(`Serving ${countText(progress.files, 'file')} on ${progress.origin}`)
        case 'pushed': {
          const { id, target, revision, topic, withdrawn, totalBytes } = progress.pushed
          emit({ event: 'pushed', id, target, revision, topic, withdrawn, totalBytes })
          return say(`${withdrawn ? 'Withdrew' : 'Pushed'} ${id} for ${target}, revision ${revision}.`)
        }
        case 'answer':
          return answered(progress.player, progress.answer)
        case 'warning':
          emit({ event: 'warning', message: progress.message })
          return say(`Warning: ${progress.message}`)
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
