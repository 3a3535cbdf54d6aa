import { isNearAddress, isOwnMachine } from './near-address.ts'

/** A player on the same network. `untilMs`: when it is forgotten unless it is heard of again (monotonic). */
export type Neighbour = {
  readonly id: string
  readonly address: string
  readonly port: number
  readonly untilMs: number
}

/** Those who are known, by address and port. */
export type NeighbourTable = ReadonlyMap<string, Neighbour>

/** Room for a large site; a flood of announcements fills this and no more. */
export const mostNeighbours = 64
/** One machine announces one player, or a few. */
const mostPerAddress = 4
const longestLifeSeconds = 300

/** Where a neighbour is, as the name by which it is known. The address is the sender's own, so nobody can speak for another. */
export const placeOf = (one: { readonly address: string; readonly port: number }): string =>
  `${one.address}:${one.port}`

/** What was heard of a neighbour; `lifeSeconds` 0 is a farewell (RFC 6762, 10.1). */
export type Heard = {
  readonly id: string
  readonly address: string
  readonly port: number
  readonly lifeSeconds: number
}

/**
 * The table after something was heard. When it is full, who is in it stays until it expires, and newcomers are left out:
 * that costs them nothing but the neighbour.
 */
export function afterHearing(table: NeighbourTable, heard: Heard, nowMs: number): NeighbourTable {
  const place = placeOf(heard)
  if (heard.lifeSeconds <= 0) return without(table, place)
  if (!isNearAddress(heard.address) || heard.port < 1 || heard.port > 65_535) return table
  const alive = living(table, nowMs)
  if (!alive.has(place)) {
    const sameAddress = [...alive.values()].filter(({ address }) => address === heard.address).length
    if (alive.size >= mostNeighbours || (sameAddress >= mostPerAddress && !isOwnMachine(heard.address))) return alive
  }
  const untilMs = nowMs + 1000 * Math.min(heard.lifeSeconds, longestLifeSeconds)
  const { id, address, port } = heard
  return new Map(alive).set(place, { id, address, port, untilMs })
}

/** Those that have not expired. */
export function living(table: NeighbourTable, nowMs: number): NeighbourTable {
  const expired = [...table].filter(([, one]) => one.untilMs <= nowMs)
  return expired.length === 0 ? table : new Map([...table].filter(([, one]) => one.untilMs > nowMs))
}

/** Without one that turned out to be gone. */
export function without(table: NeighbourTable, place: string): NeighbourTable {
  if (!table.has(place)) return table
  return new Map([...table].filter(([other]) => other !== place))
}
