import { OperatorError } from '../../shared/operator/operator-error.ts'
import { askLine, canAsk } from '../adapters/terminal-prompt.ts'

/** Whether somebody who can be asked said yes; `--yes` answers for them, and so does a script where that is enough. */
export async function confirmed(
  question: string,
  options: { readonly yes?: boolean | undefined; readonly scriptsMay: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  if (options.yes) return true
  if (canAsk()) return /^(y|yes)$/i.test(await askLine(`${question} [y/N] `, signal))
  if (options.scriptsMay) return true
  throw new OperatorError(`${question} There is no terminal to ask on: say --yes.`, 2)
}
