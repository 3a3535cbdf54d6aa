import { ownAnswerTopic } from '../../shared/commands/answer.ts'
import { readCommand } from '../../shared/commands/catalogue.ts'
import type { Command } from '../../shared/documents/command.ts'
import type { Refusal } from '../../shared/documents/refusal.ts'
import { commandObjection, commandToleranceMs, mayAnswerOn } from '../../shared/intake/command-check.ts'
import { commandsForgottenThrough, isCommandSeen, noteCommand } from '../sqlite/commands-seen.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import type { Publication, ReplyAddress } from './broker.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** What a command came to: something to say, or a picture. */
export type CommandAnswer =
  | {
      readonly result: Readonly<Record<string, unknown>>
      /** What would keep the answer from being sent, such as a restart: done once it is out, or cannot be. */
      readonly afterwards?: () => void
    }
  | { readonly picture: Uint8Array; readonly mediaType: 'image/png' | 'image/jpeg' }

/** What a handler is told beside the arguments. */
export type CommandRun = {
  /** Tells whoever asked how far it has come. */
  progress(value: Readonly<Record<string, unknown>>): void
  /** Aborted when the time is over: nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** Nobody waits for progress, and the time is not limited. */
export const unattended: CommandRun = { progress: () => {}, signal: new AbortController().signal }

/**
 * Carries one command out; the arguments were read by the command's own schema. Throws CommandFailed with a code for what can
 * be expected, anything else for bugs.
 */
export type CommandHandler = (
  given: Readonly<Record<string, unknown>>,
  run?: CommandRun,
) => CommandAnswer | Promise<CommandAnswer>

/** Why a command could not be carried out; `code` is stable, kebab-case; `field` names the argument that is to blame. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly code: string
  readonly field: string | undefined
  constructor(code: string, message: string, field?: string) {
    super(message)
    this.code = code
    this.field = field
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
/** How long an answer is waited for before what would keep it from being sent. */
const farewellMs = 2_000
const mostAtOnce = 4

/**
 * Carries out commands that the intake found signed and addressed: each at most once, since its id is on disk before
 * anything happens, and none that expired. Whoever asked on an MQTT 5 response topic is answered there, and everybody else
 * below the player's own topics, by the command's id: a broker that knows only MQTT 3.1.1 has no response topics.
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

  async function carryOut(command: Command, progress: CommandRun['progress']): Promise<CommandAnswer> {
    const read = readCommand(command.command, command.arguments)
    const { code, message, field } = read.ok ? notHere : read.problem
    const handler = options.handlers.get(command.command)
    if (!read.ok || !handler) throw new CommandFailed(code, message, field)
    if (running >= mostAtOnce) throw new CommandFailed('busy', `${mostAtOnce} commands are being carried out already`)
    const over = new AbortController()
    const limit = timeOut(clock, read.kind.longestSeconds, over)
    running += 1
    try {
      return await Promise.race([handler(read.arguments, { progress, signal: over.signal }), limit.late])
    } finally {
      limit.cancel()
      running -= 1
    }
  }

  async function answer(command: Command, reply: ReplyAddress): Promise<void> {
    const { id } = command
    const say = async (body: Pick<Publication, 'payload' | 'contentType'>) =>
      options.publish({ topic: reply.topic, correlation: reply.correlation, qos: 1, retain: false, ...body })
    const progress = (value: Readonly<Record<string, unknown>>) => {
      say(json({ id, progress: value })).catch(() => {}) // the answer itself says what became of it
    }
    const outcome = await carryOut(command, progress).catch((error: unknown) => asFailure(error))
    const failed = outcome instanceof CommandFailed
    const about = { id, command: command.command, ok: !failed, ...(failed && { code: outcome.code }) }
    const done = `${command.command} was carried out`
    reporter.event('command-done', failed ? `${command.command}: ${outcome.message}` : done, about)
    const afterwards = !failed && 'result' in outcome ? outcome.afterwards : undefined
    const sent = say(failed ? json({ id, ok: false, error: errorOf(outcome) }) : bodyOf(id, outcome))
    if (!afterwards) return sent
    await Promise.race([sent, new Promise<void>((resolve) => clock.after(farewellMs, resolve))]).catch(() => {}) // done all the same
    afterwards()
  }

  return (command, reply) => {
    if (reply && !mayAnswerOn(reply.topic, topicPrefix, playerId)) {
      const message = `no answer may go to ${reply.topic.slice(0, 200)}; expected a topic below ${topicPrefix}/answers/`
      return refuse(command, { code: 'misdirected', field: 'responseTopic', message })
    }
    if (!admit(command)) return
    const { id } = command
    const own = { topic: ownAnswerTopic(topicPrefix, playerId, id), correlation: undefined }
    answer(command, reply ?? own).catch(() => {}) // the connection is gone, and with it who asked
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

const errorOf = ({ code, message, field }: CommandFailed) => ({ code, message, ...(field !== undefined && { field }) })

/** A command of the list that this player was not given what it needs for. */
const notHere = { code: 'not-possible', message: 'this player cannot do that here', field: undefined }

function timeOut(clock: Clock, seconds: number, over: AbortController): { late: Promise<never>; cancel: Undo } {
  let cancel: Undo = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(seconds * 1000, () => {
      over.abort()
      reject(new CommandFailed('timed-out', `took longer than ${seconds} s`))
    })
  })
  return { late, cancel }
}
