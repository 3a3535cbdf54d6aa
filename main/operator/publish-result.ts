import type { Answer, Pushed } from '../../shared/operator/answer.ts'
import { mistakeLine } from '../../shared/operator/mistake.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { interrupted, untilInterrupted } from './console.ts'
import type { Mistaken, Published, PublishOutcome } from './publication.ts'
import type { PublishView } from './publish-view.ts'

/** Says what came of a publication, serves on if that is asked for, and returns the exit code. */
export async function tellOutcome(
  outcome: PublishOutcome,
  keepServing: boolean,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  if (outcome.kind === 'published') return serveOn(outcome, keepServing, conclude(outcome, signal, view), signal, view)
  const code = tellMistakes(outcome, view)
  view.say(`${countText(outcome.mistakes.length, 'mistake')}; nothing was pushed.`)
  return code
}

/** Says each mistake in its place, and returns the exit code. */
export function tellMistakes({ mistakes }: Mistaken, view: PublishView): number {
  for (const mistake of mistakes) view.mistake(mistakeLine(mistake), mistake)
  return 2
}

/** Stops the server of the files, now or when the operator says so; returns the exit code it was given. */
async function serveOn(
  { server }: Published,
  keepServing: boolean,
  code: number,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  if (server && keepServing && !signal.aborted) {
    view.say(`Serving on ${server.origin} until Ctrl+C.`)
    await untilInterrupted(signal)
  } else if (server && code !== 0) {
    view.say(
      'The files are no longer served from here: players that lack some wait for the next publication (or use --keep-serving).',
    )
  }
  await server?.stop()
  return code
}

/** Says how a publication went, and returns the exit code. */
export function conclude({ answers, complete, pushed }: Published, signal: AbortSignal, view: PublishView): number {
  const having = [...answers.values()].filter(({ kind }) => kind === 'has').length
  view.result(complete, summary(answers, having, pushed), adviceFor(answers))
  if (complete) return 0
  return signal.aborted ? interrupted : 1
}

function summary(answers: ReadonlyMap<string, Answer>, having: number, { target, withdrawn }: Pushed): string {
  if (answers.size === 0) return `No player of ${target} is known on this broker; whoever joins it will get it.`
  const done = (count: number) =>
    withdrawn ? `${count === 1 ? 'has' : 'have'} taken it off` : `${count === 1 ? 'has' : 'have'} it`
  if (having < answers.size) return `${having} of ${countText(answers.size, 'player')} ${done(having)}.`
  return having === 1 ? `The player ${done(1)}.` : `All ${having} players ${done(having)}.`
}

function adviceFor(answers: ReadonlyMap<string, Answer>): string[] {
  const stale = [...answers.values()].flatMap((one) => (one.kind === 'other' ? [one.revision] : []))
  const refusedAsStale = [...answers.values()].some(
    (one) => one.kind === 'refused' && ['stale', 'conflict'].includes(one.code),
  )
  const offline = [...answers.values()].some(({ kind }) => kind === 'offline')
  return [
    ...(stale.length > 0
      ? [`A later revision is out there; go past it with --revision ${Math.max(...stale) + 1}.`]
      : []),
    ...(refusedAsStale ? ['Players have seen a later revision; go past it with --revision NUMBER.'] : []),
    ...(offline ? ['Players that are offline get it from the broker when they are back.'] : []),
  ]
}
