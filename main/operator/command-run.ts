import { randomUUID } from 'node:crypto'
import {
  answererOf,
  answerFilters,
  askedAnswerTopic,
  type ReadAnswer,
  readAnswer,
} from '../../shared/commands/answer.ts'
import type { CommandOutcome } from '../../shared/commands/sentence.ts'
import type { Command } from '../../shared/documents/command.ts'
import { playersOf } from '../../shared/operator/fleet.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { FleetLink } from './fleet-link.ts'
import { beliefOf, checkAsPlayer } from './known-documents.ts'
import { type PrivateJwk, signDocument } from './signing.ts'

/** A command to be given, and how long each player is waited for. */
export type CommandRequest = {
  readonly link: FleetLink
  readonly keysFolder: string
  readonly signer: PrivateJwk
  /** `players/x` or `groups/y`. */
  readonly target: string
  readonly command: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** Each sign of life starts it anew. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Keeps a picture and tells where. */
  readonly keepPicture: (player: string, picture: Uint8Array, extension: 'jpg' | 'png') => Promise<string>
  readonly onSent?: (id: string) => void
  readonly onProgress?: (player: string, progress: Readonly<Record<string, unknown>>) => void
  readonly onOutcome?: (player: string, outcome: CommandOutcome) => void
}

/** A player that is not connected is given so long to come back, when all others have answered. */
const offlineGraceMs = 2_000
/** Nobody wants a command to be carried out long after it was given up. */
const leastLifeMs = 30_000

/** Signs a command, sends it, and waits for what each player that is meant has to say. */
export async function giveCommand(request: CommandRequest): Promise<ReadonlyMap<string, CommandOutcome>> {
  const { link, target, timeoutMs, signal } = request
  const { topicPrefix } = link
  const id = randomUUID()
  const outcomes = new Map<string, CommandOutcome>()
  const heardMs = new Map<string, number>()
  const pending = new Set<Promise<void>>()
  const beganMs = performance.now()

  const settle = (player: string, outcome: CommandOutcome) => {
    if (outcomes.has(player)) return // QoS 1: an answer may come twice
    outcomes.set(player, outcome)
    request.onOutcome?.(player, outcome)
  }
  const take = async (player: string, answer: ReadAnswer, payload: Uint8Array): Promise<void> => {
    if (answer.kind !== 'picture') {
      if (answer.kind !== 'progress') settle(player, answer)
      else request.onProgress?.(player, answer.progress)
    } else if (!outcomes.has(player)) {
      const file = await request.keepPicture(player, payload, answer.mediaType === 'image/png' ? 'png' : 'jpg')
      settle(player, { kind: 'picture', file })
    }
  }
  let failure: unknown
  await link.broker.subscribe(answerFilters(topicPrefix, id), ({ topic, payload }) => {
    const player = answererOf(topicPrefix, id, topic)
    const answer = player === undefined ? undefined : readAnswer(payload, id)
    if (player === undefined || !answer) return
    heardMs.set(player, performance.now())
    const taking = take(player, answer, payload).catch((error: unknown) => {
      failure ??= error
    })
    pending.add(taking)
    void taking.finally(() => pending.delete(taking))
  })
  await send(request, id)
  request.onSent?.(id)

  const open = () => playersOf(link.fleet(), target).filter((player) => !outcomes.has(player))
  const isOnline = (player: string) => link.fleet().get(player)?.presence?.online === true
  await until(link, signal, () => {
    for (const [player, refusal] of refusedBy(link, id)) settle(player, refusal)
    const nowMs = performance.now()
    const left = open()
    const isLate = (player: string) => nowMs - (heardMs.get(player) ?? beganMs) >= timeoutMs
    if (failure !== undefined || left.every(isLate)) return true
    return nowMs - beganMs >= offlineGraceMs && left.every((player) => isLate(player) || !isOnline(player))
  })
  await Promise.all(pending)
  if (failure !== undefined) throw failure
  for (const player of open()) {
    const seen = link.fleet().get(player)?.presence
    if (!seen) settle(player, { kind: 'unknown' })
    else settle(player, seen.online ? { kind: 'deaf', seconds: Math.round(timeoutMs / 1000) } : { kind: 'offline' })
  }
  return outcomes
}

async function send(request: CommandRequest, id: string): Promise<void> {
  const { link, target, timeoutMs } = request
  const topic = topicOfDocument(link.topicPrefix, 'command', target, id)
  const lifeMs = Math.max(leastLifeMs, timeoutMs)
  const issuedMs = Date.now()
  const payload: Command = {
    kind: 'command',
    id,
    issuedAt: new Date(issuedMs).toISOString(),
    expiresAt: new Date(issuedMs + lifeMs).toISOString(),
    target,
    command: request.command,
    arguments: { ...request.arguments },
  }
  const text = JSON.stringify(await signDocument('command', payload, [request.signer]))
  checkAsPlayer(await beliefOf(link, request.keysFolder), link.topicPrefix, topic, text, issuedMs)
  const [kind, name = ''] = target.split('/')
  // What a player may write to begins with its own id, so a group has no one topic to answer on: each takes its own.
  const responseTopic = kind === 'players' ? askedAnswerTopic(link.topicPrefix, name, id) : undefined
  await link.broker.publish(topic, text, {
    retain: false,
    expirySeconds: Math.ceil(lifeMs / 1000),
    ...(responseTopic !== undefined && { reply: { topic: responseTopic, correlation: Buffer.from(id) } }),
  })
}

/** Players that say by an event that they did not take the command at all. */
function* refusedBy(link: FleetLink, id: string): Generator<[string, CommandOutcome]> {
  for (const player of link.fleet().values()) {
    const event = player.events.find(({ code, about }) => code === 'command-refused' && about.id === id)
    if (!event) continue
    const { code, field } = event.about
    const known = {
      code: typeof code === 'string' ? code : 'refused',
      field: typeof field === 'string' ? field : undefined,
    }
    yield [player.id, { kind: 'failed', message: event.message, ...known }]
  }
}

/** Resolves when it holds; looks after each message, and four times a second. */
function until(link: FleetLink, signal: AbortSignal, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!signal.aborted && !holds()) return
      clearInterval(timer)
      stop()
      signal.removeEventListener('abort', look)
      resolve()
    }
    const timer = setInterval(look, 250)
    const stop = link.onChange(look)
    signal.addEventListener('abort', look)
    look()
  })
}

/** `jiefangbei-3`, `players/jiefangbei-3` or `groups/jiefangbei` as a target; explains what is wrong with anything else. */
export function commandTarget(text: string): string {
  const target = text.includes('/') ? text : `players/${text}`
  if (/^players\/[a-z0-9-]{1,64}$/.test(target) || /^groups\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(target))
    return target
  throw new OperatorError(`"${text}" is no player: expected a player’s id such as jiefangbei-3, or groups/NAME.`, 2)
}
