import type { DocumentOf } from '../../shared/documents/documents.ts'
import { type Answer, answerOf, isFinal, type Pushed } from '../../shared/operator/answer.ts'
import { playersOf } from '../../shared/operator/fleet.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { FleetLink } from './fleet-link.ts'
import { beliefOf, checkAsPlayer, knownDocument } from './known-documents.ts'
import { lastRevision, rememberRevision } from './revisions.ts'
import { type PrivateJwk, signDocument } from './signing.ts'

export type PushedKind = Pushed['kind']

/** A document to be signed and pushed. */
export type Push<K extends PushedKind> = {
  readonly link: FleetLink
  readonly keysFolder: string
  readonly kind: K
  readonly target: string
  readonly id: string
  readonly signers: readonly PrivateJwk[]
  /** A revision that the operator insists on; else one more than the highest that is known. */
  readonly revision?: number | undefined
  payload(revision: number, issuedAt: string): DocumentOf<K>
}

/** A signed document that a player would take, with the revision that is now used up. */
export type MadeDocument = { readonly topic: string; readonly revision: number; readonly text: string }

/** Signs the document with its next revision, and remembers that. */
export async function makeDocument<K extends PushedKind>(push: Push<K>): Promise<MadeDocument> {
  const { link, keysFolder, kind, target, id } = push
  const topic = topicOfDocument(link.topicPrefix, kind, target, id)
  const revision = await chosenRevision(push, topic)
  const now = new Date()
  const payload = push.payload(revision, now.toISOString())
  const text = JSON.stringify(await signDocument(kind, payload, push.signers))
  // What changes whom to believe is not judged by what is believed now.
  if (kind !== 'trust') {
    checkAsPlayer(await beliefOf(link, keysFolder), link.topicPrefix, topic, text, now.getTime())
  }
  await rememberRevision(keysFolder, topic, revision)
  return { topic, revision, text }
}

/** Signs the document with its next revision and leaves it, or what `wrap` makes of it, on the broker (retained, QoS 1). */
export async function pushDocument<K extends PushedKind>(
  push: Push<K>,
  wrap: (text: string) => string | Promise<string> = (text) => text,
): Promise<Pushed> {
  const { link, kind, target, id } = push
  const { topic, revision, text } = await makeDocument(push)
  const message = await wrap(text)
  const refusedBefore = new Map([...link.fleet().values()].map((player) => [player.id, player.state?.refused ?? []]))
  await link.broker.publish(topic, message, { retain: true })
  return { kind, topic, id, target, revision, withdrawn: false, totalBytes: 0, labels: new Map(), refusedBefore }
}

/** Never one that was used before: a second document under it would be a conflict, an older one would be stale. */
async function chosenRevision<K extends PushedKind>(push: Push<K>, topic: string): Promise<number> {
  const kept = await knownDocument(push.link, push.keysFolder, topic)
  const last = Math.max(await lastRevision(push.keysFolder, topic), kept?.revision ?? 0)
  if (push.revision === undefined) return last + 1
  if (push.revision > last) return push.revision
  throw new OperatorError(`Revision ${push.revision} is not newer than ${last}, which was published before.`, 2)
}

export type AwaitOptions = {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Hears each change of a player's answer. */
  onAnswer?(player: string, answer: Answer): void
}

/** How long a player that is not connected is given to come back, when all others have answered. */
const offlineGraceMs = 5_000

/** Waits until every player that is meant has it or has said why not; gives what each has said in the end. */
export async function awaitAnswers(
  link: FleetLink,
  pushed: Pushed,
  { timeoutMs, signal, onAnswer }: AwaitOptions,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  const beganMs = performance.now()
  const look = () => {
    for (const player of playersOf(link.fleet(), pushed.target)) {
      const answer = answerOf(pushed, player, link.fleet())
      if (JSON.stringify(answers.get(player)) === JSON.stringify(answer)) continue
      answers.set(player, answer)
      onAnswer?.(player, answer)
    }
  }
  const isOver = () => {
    const elapsedMs = performance.now() - beganMs
    const open = [...answers.values()].filter((answer) => !isFinal(answer))
    if (elapsedMs >= timeoutMs || signal?.aborted) return true
    if (open.length === 0) return true // also when there is nobody to wait for
    return elapsedMs >= offlineGraceMs && open.every(({ kind }) => kind === 'offline')
  }
  await new Promise<void>((resolve) => {
    const step = () => {
      look()
      if (!isOver()) return
      clearInterval(timer)
      stopListening()
      signal?.removeEventListener('abort', step)
      resolve()
    }
    const timer = setInterval(step, 200)
    const stopListening = link.onChange(step)
    signal?.addEventListener('abort', step)
    step()
  })
  return answers
}

/** Whether there were players, and every one of them has it. */
export const allHaveIt = (answers: ReadonlyMap<string, Answer>): boolean =>
  answers.size > 0 && [...answers.values()].every(({ kind }) => kind === 'has')
