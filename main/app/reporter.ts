import type { EventCode } from '../../shared/reports/event.ts'
import { eventOf } from '../../shared/reports/event.ts'
import { faultOf } from '../../shared/reports/fault.ts'
import type { State } from '../../shared/reports/state.ts'
import { reportTopic } from '../../shared/topics.ts'
import { keepFault } from '../sqlite/faults.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { enqueue } from '../sqlite/outbox.ts'
import type { Log } from './log.ts'
import type { Clock } from './ports.ts'
import type { PutOff } from './put-off.ts'
import type { Storage } from './storage.ts'

/** Says things upwards by writing them to the outbox: what is reported survives a restart and a missing broker. */
export type Reporter = {
  /** Queues an event and writes it to the log. */
  event(code: EventCode, message: string, about?: Record<string, unknown>): void
  /** Queues the state if it says something else than the one before. */
  state(state: Omit<State, 'at'>): void
  /** Queues the state again, whatever was said before: the broker may have lost it. */
  repeatState(): void
}

export function createReporter(
  db: WriteDb,
  clock: Clock,
  log: Log,
  where: { topicPrefix: string; playerId: string },
  queued: () => void,
  attempt: Storage['attempt'] = (_what, run) => run(),
  putOff: PutOff['run'] = (write) => write(),
): Reporter {
  const topicOf = (report: 'events' | 'state') => reportTopic(where.topicPrefix, where.playerId, report)
  let said: string | undefined

  function send(state: Omit<State, 'at'>): void {
    const payload = JSON.stringify({ at: isoOf(clock.now()), ...state })
    putOff(() => {
      attempt('lookups', () => enqueue(db, { topic: topicOf('state'), payload, qos: 1, retain: true, slot: 'state' }))
      queued()
    })
  }
  return {
    event(code, message, about = {}) {
      const event = eventOf(code, isoOf(clock.now()), message, about)
      log(event.severity, `${code}: ${message}`, event.severity === 'info' ? undefined : withoutSentence(about))
      const payload = JSON.stringify(event)
      const fault = faultOf(event)
      putOff(() => {
        attempt('events', () =>
          db.transaction(() => {
            enqueue(db, { topic: topicOf('events'), payload, qos: 1, retain: false })
            if (fault) keepFault(db, fault)
          }),
        )
        queued()
      })
    },
    state(state) {
      const text = JSON.stringify(state)
      if (text === said) return
      said = text
      send(state)
    },
    repeatState() {
      if (said !== undefined) send(JSON.parse(said) as Omit<State, 'at'>)
    },
  }
}

/** The message is one already; the other language is for the technician's page. */
const withoutSentence = ({ sentence: _, ...rest }: Record<string, unknown>) => rest

/** RFC 3339 in UTC, of milliseconds since 1970. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()
