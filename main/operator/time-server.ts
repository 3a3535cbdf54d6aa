import { performance } from 'node:perf_hooks'
import { type ClockAnswer, clockRequest } from '../../shared/clock/clock-message.ts'
import { noSteering, steer } from '../../shared/clock/steady-clock.ts'
import { parseJson } from '../../shared/documents/documents.ts'
import { clockAnswerTopic, clockRequestTopic } from '../../shared/topics.ts'
import type { OperatorBroker, OperatorMessage } from '../adapters/operator-broker.ts'
import { type PrivateJwk, signDocument } from './signing.ts'

/** The clock of a time server: milliseconds since 1970 with fractions; never twitches. */
export type ServedClock = () => number

/** How many questions it has answered. */
export type TimeServer = { readonly answered: () => number; stop(): void }

const followEveryMs = 1_000
const longestRequestBytes = 512

/**
 * Answers players that ask what time it is, each with a signature of the operator's key over the nonce it sent and the two
 * instants. It keeps no state of any player.
 */
export async function startTimeServer(
  broker: Pick<OperatorBroker, 'subscribe' | 'publish'>,
  topicPrefix: string,
  key: PrivateJwk,
  clock: ServedClock,
): Promise<TimeServer> {
  let answered = 0
  let stopped = false
  const take = async ({ payload }: OperatorMessage): Promise<void> => {
    const heardAt = clock()
    const json = stopped || payload.length > longestRequestBytes ? undefined : parseJson(payload)
    const asked = json?.ok ? clockRequest.safeParse(json.value).data : undefined
    if (!asked) return
    const answer: ClockAnswer = { kind: 'clock', nonce: asked.nonce, heardAt, answeredAt: clock() }
    const signed = JSON.stringify(await signDocument('clock', answer, [key]))
    await broker.publish(clockAnswerTopic(topicPrefix, asked.player), signed, { retain: false, qos: 0 })
    answered += 1
  }
  await broker.subscribe([clockRequestTopic(topicPrefix)], (message) => {
    take(message).catch(() => {}) // the connection is lost, and with it the question: it is asked again
  })
  return {
    answered: () => answered,
    stop: () => {
      stopped = true
    },
  }
}

/** This machine's clock, steadied; the second value ends the following. */
export function steadySystemClock(): readonly [ServedClock, () => void] {
  const smooth = () => performance.timeOrigin + performance.now()
  let steering = noSteering
  const follow = () => {
    steering = steer(steering, systemAheadMs(smooth), performance.now())
  }
  follow()
  const timer = setInterval(follow, followEveryMs)
  return [() => smooth() + steering.correctionMs, () => clearInterval(timer)]
}

/** Date.now() shows whole milliseconds: the greatest of several differences is nearest to the truth. */
function systemAheadMs(smooth: () => number): number {
  let greatest = Number.NEGATIVE_INFINITY
  const untilMs = performance.now() + 2
  while (performance.now() < untilMs) greatest = Math.max(greatest, Date.now() - smooth())
  return greatest
}
