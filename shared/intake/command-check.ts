import type { Command } from '../documents/command.ts'
import { type Refused, refused } from '../documents/refusal.ts'

/** How far the clocks of an operator and a player may be apart before a command counts as expired. */
export const commandToleranceMs = 2 * 60_000

/** The longest a command may wait for its player. */
const longestLifeMs = 7 * 24 * 60 * 60_000

/** What decides about a command that is signed and addressed well. */
export type CommandCircumstances = {
  readonly atMs: number
  readonly toleranceMs: number
  /** Whether a command with this id was taken before. */
  readonly seen: boolean
  /** Ids of commands that expired by then are no longer known: none of them is believed again, whatever the clock says. */
  readonly forgottenThroughMs: number
}

/** Why a command is not carried out; undefined if it is. */
export function commandObjection(command: Command, now: CommandCircumstances): Refused | undefined {
  const expiresMs = Date.parse(command.expiresAt)
  const lifeMs = expiresMs - Date.parse(command.issuedAt)
  if (lifeMs <= 0) return refused('bad-field', 'expected an instant after issuedAt', 'expiresAt')
  if (lifeMs > longestLifeMs) return refused('bad-field', 'expected at most seven days after issuedAt', 'expiresAt')
  if (now.seen) return refused('replayed', `command ${command.id} was taken before`, 'id')
  if (now.atMs > expiresMs + now.toleranceMs || expiresMs <= now.forgottenThroughMs)
    return refused('expired', `command ${command.id} expired at ${command.expiresAt}`, 'expiresAt')
  return undefined
}

/**
 * Whether an answer may go to this topic. The address of an answer is not signed and the player's own rights at the broker
 * are used to send it, so only topics on which nothing is believed are allowed: `answers/…` under the prefix, and
 * `players/{id}/answers/…` of the player itself.
 */
export function mayAnswerOn(topic: string, topicPrefix: string, playerId: string): boolean {
  if (topic.length > 300 || /[+#\0]/.test(topic)) return false
  return [`${topicPrefix}/answers/`, `${topicPrefix}/players/${playerId}/answers/`].some(
    (allowed) => topic.startsWith(allowed) && topic.length > allowed.length,
  )
}
