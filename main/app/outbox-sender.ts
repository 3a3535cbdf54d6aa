import { isStorageFailure } from '../sqlite/connection.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { nextInOutbox, removeFromOutbox, type WaitingMessage } from '../sqlite/outbox.ts'
import { type Broker, PublishRefused } from './broker.ts'
import type { Log } from './log.ts'

/** How many messages wait for their acknowledgement at once. */
const inFlight = 20

/** A message that a broker refused on this many connections is given up: its rights or limits will not change any more. */
const mostRefusals = 5

/** How many refused messages are held back until the next connection; beyond, the oldest are given up. */
const mostHeldBack = 500

export type OutboxSender = {
  /** Something was queued. */
  wake(): void
  /** There is a new connection: what the former one refused is offered again. */
  reconnected(): void
}

/**
 * Empties the outbox into the broker while there is a connection. A row leaves only after its acknowledgement, so a message
 * may be sent twice but is never lost. What the broker refuses is held back and does not stop what waits behind it.
 */
export function createOutboxSender(
  db: WriteDb,
  broker: () => Pick<Broker, 'publish'> | undefined,
  log: Log,
): OutboxSender {
  let running = false
  let again = false
  /** A connection that ends may never say what became of its messages: what waited for it is left behind. */
  let connectionCount = 0
  const heldBack = new Set<number>()
  const refusals = new Map<number, number>()

  async function drain(mine: number): Promise<void> {
    do {
      again = false
      await drainOnce(mine)
    } while (again && mine === connectionCount)
  }
  async function drainOnce(mine: number): Promise<void> {
    while (mine === connectionCount) {
      const connection = broker()
      const messages = connection ? nextInOutbox(db, inFlight, [...heldBack]) : []
      if (!connection || messages.length === 0) return
      const sent = await Promise.allSettled(messages.map((message) => connection.publish(message)))
      const lost = messages.map((message, index) => isLost(message, sent[index]))
      if (lost.some(Boolean)) return // the connection is gone; the next one wakes this again
    }
  }

  function isLost(message: WaitingMessage, outcome: PromiseSettledResult<void> | undefined): boolean {
    if (outcome?.status === 'fulfilled') giveUp(message.id)
    else if (outcome?.reason instanceof PublishRefused) holdBack(message, outcome.reason.message)
    else return true
    return false
  }

  function holdBack({ id, topic }: WaitingMessage, reason: string): void {
    const times = (refusals.get(id) ?? 0) + 1
    refusals.set(id, times)
    heldBack.add(id)
    log('warning', `the broker refused a message to ${topic}: ${reason}`)
    const [oldest] = heldBack
    if (times >= mostRefusals) giveUp(id)
    else if (heldBack.size > mostHeldBack && oldest !== undefined) giveUp(oldest)
  }

  function giveUp(id: number): void {
    try {
      removeFromOutbox(db, id)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      heldBack.add(id) // the disk is full: it is sent once more on the next connection, and removed then
      return
    }
    heldBack.delete(id)
    refusals.delete(id)
  }

  function wake(): void {
    again = true
    if (running) return
    running = true
    const mine = connectionCount
    drain(mine)
      .catch((error: unknown) => {
        if (!isStorageFailure(error)) throw error // else the outbox cannot be read now: the next message wakes this again
      })
      .finally(() => {
        if (mine === connectionCount) running = false
      })
  }
  return {
    wake,
    reconnected() {
      heldBack.clear()
      connectionCount += 1
      running = false
      wake()
    },
  }
}
