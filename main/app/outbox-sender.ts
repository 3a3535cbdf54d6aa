import type { WriteDb } from '../sqlite/open.ts'
import { nextInOutbox, removeFromOutbox } from '../sqlite/outbox.ts'
import type { Broker } from './broker.ts'

/** How many messages wait for their acknowledgement at once. */
const inFlight = 20

/**
 * Empties the outbox into the broker while there is a connection. A row leaves only after its acknowledgement, so a message
 * may be sent twice but is never lost.
 */
export function createOutboxSender(db: WriteDb, broker: () => Pick<Broker, 'publish'> | undefined): { wake(): void } {
  let running = false
  let again = false

  async function drain(): Promise<void> {
    do {
      again = false
      await drainOnce()
    } while (again)
  }
  async function drainOnce(): Promise<void> {
    for (;;) {
      const connection = broker()
      const messages = connection ? nextInOutbox(db, inFlight) : []
      if (!connection || messages.length === 0) return
      const sent = await Promise.allSettled(messages.map((message) => connection.publish(message)))
      sent.forEach((one, index) => {
        const message = messages[index]
        if (one.status === 'fulfilled' && message) removeFromOutbox(db, message.id)
      })
      if (sent.some((one) => one.status === 'rejected')) return // the connection is gone; the next one wakes this again
    }
  }
  return {
    wake() {
      again = true
      if (running) return
      running = true
      void drain().finally(() => {
        running = false
      })
    },
  }
}
