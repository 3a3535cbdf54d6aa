import type { LogLevel } from '../../shared/logs/line.ts'
import { redactText, redactValue } from '../../shared/logs/redact.ts'

/** One line about what happened, for people. `about` holds the details; no secret ever goes in. */
export type Log = (level: LogLevel, message: string, about?: Record<string, unknown>) => void

/** Longer messages are cut: they come from outside. */
const longestMessage = 2000

/** Writes each line to all of these, without secrets; `known` are those that only the configuration knows. */
export function redactedLog(logs: readonly Log[], known: readonly string[]): Log {
  return (level, message, about) => {
    const clean = redactText(message.slice(0, 8 * longestMessage), known).slice(0, longestMessage)
    const details = about && { ...redactedDetails(about, known) }
    for (const log of logs) log(level, clean, details)
  }
}

function redactedDetails(about: Record<string, unknown>, known: readonly string[]): object {
  const value = redactValue(about, known)
  return typeof value === 'object' && value !== null ? value : {}
}
