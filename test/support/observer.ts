import { connectAsync } from 'mqtt'
import { event, type PlayerEvent } from '../../shared/reports/event.ts'
import { type Presence, presence } from '../../shared/reports/presence.ts'
import { type State, state } from '../../shared/reports/state.ts'
import { reportTopicOf } from '../../shared/topics.ts'

/** Looks on as an operator does: keeps what a fleet reports and publishes documents. */
export type Observer = {
  readonly states: readonly State[]
  readonly events: readonly PlayerEvent[]
  readonly presences: readonly Presence[]
  publish(topic: string, payload: Uint8Array | string): Promise<void>
  /** The newest state once it satisfies the predicate; rejects after the deadline with the newest there was. */
  untilState(predicate: (state: State) => boolean, deadlineMs?: number): Promise<State>
  untilEvent(predicate: (event: PlayerEvent) => boolean, deadlineMs?: number): Promise<PlayerEvent>
  untilPresence(predicate: (presence: Presence) => boolean, deadlineMs?: number): Promise<Presence>
  stop(): Promise<void>
}

export async function observe(url: string, prefix = 'plazacast/v1'): Promise<Observer> {
  const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 100 })
  const states: State[] = []
  const events: PlayerEvent[] = []
  const presences: Presence[] = []
  const waiting = new Set<() => void>()
  client.on('message', (topic, payload) => {
    const report = reportTopicOf(prefix, topic)?.report
    const value = payload.length > 0 ? JSON.parse(payload.toString()) : undefined
    if (report === 'state') states.push(state.parse(value))
    if (report === 'events') events.push(event.parse(value))
    if (report === 'presence') presences.push(presence.parse(value))
    for (const look of waiting) look()
  })
  await client.subscribeAsync(`${prefix}/players/+/+`, { qos: 1 })

  function until<T>(list: readonly T[], pick: () => T | undefined, deadlineMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`not within ${deadlineMs} ms; last: ${JSON.stringify(list.slice(-3), undefined, 1)}`))
      }, deadlineMs)
      const look = () => {
        const found = pick()
        if (found === undefined) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  }
  const newest =
    <T>(list: readonly T[], predicate: (one: T) => boolean) =>
    (): T | undefined => {
      const last = list.at(-1)
      return last !== undefined && predicate(last) ? last : undefined
    }
  return {
    states,
    events,
    presences,
    publish: async (topic, payload) => {
      await client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), {
        qos: 1,
        retain: true,
      })
    },
    untilState: (predicate, deadlineMs = 20_000) => until(states, newest(states, predicate), deadlineMs),
    untilEvent: (predicate, deadlineMs = 20_000) => until(events, () => events.find(predicate), deadlineMs),
    untilPresence: (predicate, deadlineMs = 20_000) => until(presences, newest(presences, predicate), deadlineMs),
    stop: async () => client.endAsync(true),
  }
}
