import { OperatorError } from '../../shared/operator/operator-error.ts'

/** An instant as an option gives it, in UTC; undefined if it was not given. */
export function instantOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  throw new OperatorError(`${option} ${text}: expected an instant such as 2026-11-30T08:00:00Z.`, 2)
}
