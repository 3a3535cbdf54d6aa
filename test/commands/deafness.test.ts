import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeaf } from '../../shared/operator/deafness.ts'
import { emptyFleet, fleetAfter, type PlayerView } from '../../shared/operator/fleet.ts'
import { fleetRows } from '../../shared/operator/fleet-table.ts'

const nowMs = 10_000_000
const wallClockMs = Date.parse('2026-11-22T12:00:00Z')

/** What is known of a player: online for an hour, its health and state of the given time. */
function playerAt(at: string, clock = 'trusted', online = true): PlayerView {
  const say = (value: object) => Buffer.from(JSON.stringify(value))
  const fleet = fleetAfter(
    emptyFleet,
    'p',
    'p/players/wall/presence',
    say(online ? { online, since: '2026-11-22T11:00:00Z', version: '1' } : { online }),
  )
  const player = fleet.get('wall')
  assert.ok(player)
  const health = { at, verdict: 'ok', reasons: [], readings: {} } as unknown as PlayerView['health']
  const state = { at, clock } as unknown as PlayerView['state']
  return { ...player, health, state }
}
const listening = (forMs: number, heardAgoMs?: number) => ({
  heardMs: heardAgoMs === undefined ? undefined : nowMs - heardAgoMs,
  listeningSinceMs: nowMs - forMs,
  nowMs,
})
const old = '2026-11-22T11:50:00Z'

test('a player that is online and says nothing for three minutes is deaf, and only then', () => {
  assert.equal(isDeaf(playerAt(old, 'unknown'), listening(600_000, 200_000), wallClockMs), true)
  assert.equal(isDeaf(playerAt(old, 'unknown'), listening(600_000, 60_000), wallClockMs), false)
  assert.equal(isDeaf(playerAt(old, 'unknown'), listening(600_000), wallClockMs), true)
  assert.equal(isDeaf(playerAt(old, 'unknown'), listening(60_000), wallClockMs), false, 'not listened for long enough')
  assert.equal(isDeaf(playerAt(old, 'unknown', false), listening(600_000), wallClockMs), false, 'it is offline')
})

test('at once only a player whose clock is trusted is judged, by what it said last', () => {
  assert.equal(isDeaf(playerAt(old), listening(1000), wallClockMs), true)
  assert.equal(isDeaf(playerAt(old, 'holdover'), listening(1000), wallClockMs), false)
  assert.equal(isDeaf(playerAt('2026-11-22T11:59:00Z'), listening(1000), wallClockMs), false)
  assert.equal(isDeaf(playerAt(old), listening(1000, 10), wallClockMs), false, 'it has just spoken')
})

test('a player that never sends its health is not judged', () => {
  const { health: _, ...older } = playerAt(old)
  assert.equal(isDeaf({ ...older, health: undefined }, listening(600_000), wallClockMs), false)
})

test('the table says that a player is deaf', () => {
  const { health: _, state: __, ...player } = playerAt(old)
  const fleet = new Map([['wall', { ...player, health: undefined, state: undefined }]])
  assert.match(String(fleetRows(fleet, '2026-11-22T12:00:00Z', () => true)[1]?.[1]), /^deaf/)
})
