import type { Command } from '../../shared/documents/command.ts'
import type { Refusal } from '../../shared/documents/refusal.ts'
import { commandObjection, commandToleranceMs, mayAnswerOn } from '../../shared/intake/command-check.ts'
import { commandsForgottenThrough, isCommandSeen, noteCommand } from '../sqlite/commands-seen.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import type { Publication, ReplyAddress } from './broker.ts'
import type { Clock } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** What a command came to: something to say, or a picture. */
export type CommandAnswer =
  | { readonly result: unknown }
  | { readonly picture: Uint8Array; readonly mediaType: 'image/png' | 'image/jpeg' }

/** Carries one command out. Throws CommandFailed with a code for what can be expected, anything else for bugs. */
export type CommandHandler = (given: Readonly<Record<string, unknown>>) => CommandAnswer | Promise<CommandAnswer>

/** Why a command could not be carried out; `code` is stable, kebab-case. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export type CommandDeskOptions = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly reporter: Reporter
  readonly topicPrefix: string
  readonly playerId: string
  /** By name. */
  readonly handlers: ReadonlyMap<string, CommandHandler>
  /** Sends an answer; one that cannot be sent now is lost, since who asked no longer listens. */
  readonly publish: (message: Publication) => Promise<void>
}

/** Ids are kept a day longer than their command lives: clocks differ. */
const marginMs = 24 * 60 * 60_000
const longestRunMs = 20_000
const mostAtOnce = 4

/**
 * Carries out commands that the intake found signed and addressed: each at most once, since its id is on disk before
 * anything happens, and none that expired. Whoever asked on an MQTT 5 response topic is answered there.
 */
export function createCommandDesk(
  options: CommandDeskOptions,
): (command: Command, reply: ReplyAddress | undefined) => void {
  const { db, clock, reporter, topicPrefix, playerId } = options
  let running = 0

  function refuse(command: Command, { code, field, message }: Refusal): void {
    reporter.event('command-refused', message, { id: command.id, command: command.command, code, field })
  }

  function admit(command: Command): boolean {
    return transaction(db, () => {
      const atMs = clock.now()
      const objection = commandObjection(command, {
        atMs,
        toleranceMs: commandToleranceMs,
        seen: isCommandSeen(db, command.id),
        forgottenThroughMs: commandsForgottenThrough(db),
      })
      if (objection) refuse(command, objection.refusal)
      else noteCommand(db, command.id, Date.parse(command.expiresAt), atMs - marginMs)
      return objection === undefined
    })
  }

  async function carryOut(command: Command): Promise<CommandAnswer> {
    const handler = options.handlers.get(command.command)
    if (!handler) throw new CommandFailed('unknown-command', `there is no command ${command.command}`)
    if (running >= mostAtOnce) throw new CommandFailed('busy', `${mostAtOnce} commands are being carried out already`)
    running += 1
    try {
      return await Promise.race([handler(command.arguments), timeOut(clock)])
    } finally {
      running -= 1
    }
  }

  async function answer(command: Command, reply: ReplyAddress | undefined): Promise<void> {
    const { id } = command
    const outcome = await carryOut(command).catch((error: unknown) => asFailure(error))
    const failed = outcome instanceof CommandFailed
    const about = { id, command: command.command, ok: !failed, ...(failed && { code: outcome.code }) }
    reporter.event('command-done', failed ? outcome.message : `${command.command} was carried out`, about)
    if (!reply) return
    await options.publish({
      topic: reply.topic,
      correlation: reply.correlation,
      qos: 1,
      retain: false,
      ...(failed
        ? json({ id, ok: false, error: { code: outcome.code, message: outcome.message } })
        : bodyOf(id, outcome)),
    })
  }

  return (command, reply) => {
    if (reply && !mayAnswerOn(reply.topic, topicPrefix, playerId)) {
      const message = `no answer may go to ${reply.topic.slice(0, 200)}; expected a topic below ${topicPrefix}/answers/`
      return refuse(command, { code: 'misdirected', field: 'responseTopic', message })
    }
    if (!admit(command)) return
    answer(command, reply).catch(() => {}) // the connection is gone, and with it who asked
  }
}

const bodyOf = (id: string, answer: CommandAnswer) =>
  'picture' in answer
    ? { payload: answer.picture, contentType: answer.mediaType }
    : json({ id, ok: true, result: answer.result })

const json = (value: unknown) => ({ payload: JSON.stringify(value), contentType: 'application/json' })

const asFailure = (error: unknown): CommandFailed =>
  error instanceof CommandFailed
    ? error
    : new CommandFailed('failed', (error instanceof Error ? error.message : String(error)).slice(0, 500))

const timeOut = (clock: Clock): Promise<never> =>
  new Promise((_, reject) => {
    clock.after(longestRunMs, () => reject(new CommandFailed('timed-out', `took longer than ${longestRunMs / 1000} s`)))
  })
