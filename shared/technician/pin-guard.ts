/** Who guessed wrongly how often, and until when nobody, or not that one, is listened to. Times are monotonic milliseconds. */
export type PinGuard = {
  readonly clients: ReadonlyMap<string, Tries>
  readonly all: Tries
}
type Tries = { readonly wrong: number; readonly lastMs: number; readonly untilMs: number }

const none: Tries = { wrong: 0, lastMs: 0, untilMs: 0 }
export const freshGuard: PinGuard = { clients: new Map(), all: none }

/**
 * Waits after wrong PINs. One client: from its fourth on 5 s, then twice as long each time, up to 15 minutes. All together, since
 * addresses cost nothing on a local network: from the 16th on 5 s up to one minute, so that six digits last a year against
 * everybody at once, and a technician among attackers waits a minute at most. A wrong PIN is forgotten after ten quiet minutes
 * beyond its wait.
 */
const rules = {
  client: { free: 3, firstMs: 5000, mostMs: 15 * 60_000 },
  all: { free: 15, firstMs: 5000, mostMs: 60_000 },
}
type Rule = (typeof rules)['client']
const forgottenAfterMs = 10 * 60_000
const mostClients = 256

/** How long this client has to wait before a PIN is looked at; 0: not at all. A PIN that comes earlier is not even compared. */
export function pinWaitMs(guard: PinGuard, client: string, nowMs: number): number {
  return Math.max(0, (guard.clients.get(client) ?? none).untilMs - nowMs, guard.all.untilMs - nowMs)
}

/** The guard after a wrong PIN. Of many clients those that were wrong the longest ago are forgotten. */
export function afterWrongPin(guard: PinGuard, client: string, nowMs: number): PinGuard {
  const tries = oneMore(guard.clients.get(client) ?? none, rules.client, nowMs)
  const others = [...guard.clients].filter(([id, one]) => id !== client && !isForgotten(one, nowMs))
  return {
    clients: new Map([...others.slice(1 - mostClients), [client, tries]]),
    all: oneMore(guard.all, rules.all, nowMs),
  }
}

/** The guard after a right PIN: the client is believed again; what all others did stays counted. */
export function afterRightPin(guard: PinGuard, client: string): PinGuard {
  return { ...guard, clients: new Map([...guard.clients].filter(([id]) => id !== client)) }
}

function oneMore(tries: Tries, { free, firstMs, mostMs }: Rule, nowMs: number): Tries {
  const wrong = (isForgotten(tries, nowMs) ? 0 : tries.wrong) + 1
  const waitMs = wrong <= free ? 0 : Math.min(mostMs, firstMs * 2 ** Math.min(30, wrong - free - 1))
  return { wrong, lastMs: nowMs, untilMs: nowMs + waitMs }
}

const isForgotten = ({ lastMs, untilMs }: Tries, nowMs: number): boolean =>
  nowMs - Math.max(lastMs, untilMs) >= forgottenAfterMs
