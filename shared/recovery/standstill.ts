/** What is known of a wall whose picture stands still though nothing has died. */
export type Standstill = {
  readonly browserAnswers: boolean
  readonly pageAnswers: boolean
  /** Another page draws; false too when there is none. */
  readonly otherDraws: boolean
  /** The graphics process was ended for the last standstill, and no picture came. */
  readonly wasGraphicsInVain: boolean
}

/**
 * What to end. A page that answers is not what hangs: it waits for the graphics process. One that does not answer may hang in a
 * call to that process, and every page to come would too: it is at fault by itself only where another page draws, or where
 * another graphics process was of no help.
 */
export function whatHangs(standstill: Standstill): 'browser' | 'page' | 'graphics' {
  const { browserAnswers, pageAnswers, otherDraws, wasGraphicsInVain } = standstill
  if (!browserAnswers) return 'browser'
  if (wasGraphicsInVain) return 'page'
  return !pageAnswers && otherDraws ? 'page' : 'graphics'
}
