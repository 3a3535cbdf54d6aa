import type { Host, HostListener } from './host.ts'
import { type Keeper, within } from './keeper.ts'

/** What can be done about a picture that stands still. */
export type RenewalParts = {
  /** Resolves when the page's own thread answers. */
  answers(): Promise<unknown>
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
 * Remedies a picture that stands still though nothing has died. A page that answers is not what hangs: it waits for the
 * graphics process, so that one is killed first, and again only if pictures came then: else it was not what stood still. The
 * page of a command is always ended.
 */
export function createRenewal(keeper: Keeper, listener: HostListener, parts: RenewalParts): Host['renew'] {
  let graphicsEndedMs: number | undefined
  const renew = async (reason: string) => {
    const [answered, isBrowserThere] = await Promise.all([does(parts.answers), does(parts.browserAnswers)])
    if (!isBrowserThere) return keeper.lose('browser', `${reason}, and the browser does not answer`)
    const wasInVain = graphicsEndedMs !== undefined && !keeper.hasPicturedSince(graphicsEndedMs)
    graphicsEndedMs = undefined
    if (!answered || wasInVain) return keeper.renew(reason, parts.endPage)
    graphicsEndedMs = performance.now()
    listener.gone('gpu', `${reason}, and the page answers`)
    await parts.endGraphics().catch(() => keeper.renew(reason, parts.endPage))
  }
  return (reason, why = 'asked') => {
    if (why === 'asked') keeper.renew(reason, parts.endPage)
    else void renew(reason)
  }
}
