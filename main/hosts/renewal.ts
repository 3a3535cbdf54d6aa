import { whatHangs } from '../../shared/recovery/standstill.ts'
import type { Host, HostListener } from './host.ts'
import { type Keeper, within } from './keeper.ts'

/** What can be done about a picture that stands still. */
export type RenewalParts = {
  /** Resolves when the page's own thread answers. */
  answers(): Promise<unknown>
  /** Resolves when the page that stands by has drawn; rejects when there is none. */
  otherDraws(): Promise<unknown>
  /** Kills the graphics process; the browser makes another. */
  endGraphics(): Promise<void>
  /** Ends the page, even one that hangs. */
  endPage(): void
  /** Resolves when the browser answers, where it is a process of its own. */
  browserAnswers?(): Promise<unknown>
}

const answerMs = 500

/** False: it hangs, or is gone. */
const does = (answer: () => Promise<unknown> = async () => {}): Promise<boolean> =>
  within(answerMs, answer()).then(
    () => true,
    () => false,
  )

/**
 * Remedies a picture that stands still though nothing has died, as `whatHangs` says. Where the graphics process is killed for a page
 * that did not answer, that one is ended too unless it answers then. The page of a command is always ended.
 */
export function createRenewal(keeper: Keeper, listener: HostListener, parts: RenewalParts): Host['renew'] {
  let graphicsEndedMs: number | undefined
  const renew = async (reason: string) => {
    const drawing = does(parts.otherDraws)
    const [pageAnswers, browserAnswers] = await Promise.all([does(parts.answers), does(parts.browserAnswers)])
    const otherDraws = !pageAnswers && (await drawing) // asked for no more than is needed: the wall waits
    const wasGraphicsInVain = graphicsEndedMs !== undefined && !keeper.hasPicturedSince(graphicsEndedMs)
    const hanging = whatHangs({ browserAnswers, pageAnswers, otherDraws, wasGraphicsInVain })
    if (hanging === 'browser') return keeper.lose('browser', `${reason}, and the browser does not answer`)
    graphicsEndedMs = undefined
    if (hanging === 'page') return keeper.renew(reason, parts.endPage)
    graphicsEndedMs = performance.now()
    listener.gone('gpu', `${reason}, and ${pageAnswers ? 'the page answers' : 'no page draws'}`)
    const isEnded = await parts.endGraphics().then(
      () => true,
      () => false,
    )
    // A page that is swapped in meanwhile is asked by the second question.
    const goesOn = isEnded && (pageAnswers || (await does(parts.answers)) || (await does(parts.answers)))
    if (!goesOn) keeper.renew(reason, parts.endPage)
  }
  return (reason, why = 'asked') => {
    if (why === 'asked') keeper.renew(reason, parts.endPage)
    else void renew(reason)
  }
}
