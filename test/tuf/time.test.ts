import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approve, genuine, nowMs, playlistPayload } from '../attack/world.ts'
import {
  approver,
  dawn,
  installPlayer,
  noon,
  operator,
  playlist,
  publisher,
  rootsOf,
  site,
  stranger,
  trust,
} from './city.ts'

const until = (day: number): string => `2026-11-${day}T00:00:00Z`
const keysUntil = (limit: string) => [
  { jwk: publisher.jwk, roles: ['publisher'], until: limit },
  { jwk: operator.jwk, roles: ['operator'], until: limit },
  { jwk: approver().jwk, roles: ['approver'] },
]
const otherAsset = (revision: number) => playlist(revision, {}, publisher, [approver()], noon)

test('test_timestamp_expired, test_snapshot_expired: what a lapsed key signs is refused, and what plays goes on', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1], { keys: keysUntil(until(23)) }))
  for (const document of [site(1), playlist(1)]) assert.notEqual(player.take(document), 'refused')
  player.setClock(Date.parse(until(24)))
  assert.equal(player.refusal(otherAsset(2)), 'expired-key')
  assert.equal(player.refusal(site(2)), 'expired-key')
  assert.deepEqual(player.loop(), [dawn.asset])
})

test('test_targets_expired: an approval that is over is refused, and takes its asset off when its time comes', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1]))
  const limited = (revision: number) =>
    genuine(
      'playlist',
      playlistPayload(revision, [dawn], { approvals: [approve(dawn, [approver()], { until: until(23) })] }),
      publisher,
    )
  assert.equal(player.take(limited(1)), 'playlist')
  assert.deepEqual(player.loop(), [dawn.asset])
  player.setClock(Date.parse(until(24)))
  assert.deepEqual(player.loop(), [])
  assert.equal(player.refusal(limited(2)), 'not-approved')
})

test('test_expired_local_root, test_expired_local_timestamp: keys that lapsed are renewed by trust, without anything else', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1], { keys: keysUntil(until(23)) }))
  player.setClock(Date.parse(until(25)))
  assert.equal(player.refusal(playlist(1)), 'expired-key')
  assert.equal(player.take(trust(2, [1])), 'trust')
  assert.equal(player.take(playlist(1)), 'playlist')
})

test('test_new_timestamp_version_rollback, test_snapshot_rollback, test_targets_rollback: an older revision is refused, and after a restart too', (context) => {
  const player = installPlayer(context)
  for (const document of [trust(5, [1]), site(5), playlist(5)]) player.take(document)
  for (const again of ['before', 'after a restart', 'with the clock at 1970']) {
    for (const older of [trust(4, [1]), site(4), otherAsset(4), playlist(1)])
      assert.equal(player.refusal(older), 'stale', again)
    player.restart()
    if (again !== 'before') player.setClock(0)
  }
  assert.equal(player.trustRevision(), 5)
  player.setClock(nowMs)
  assert.deepEqual(player.loop(), [dawn.asset])
})

test('test_targets_role_removal: a playlist leaves by a later revision that withdraws it, and does not come back', (context) => {
  const player = installPlayer(context)
  for (const document of [trust(1, [1]), playlist(1), playlist(2, { withdrawn: true, items: [] })])
    player.take(document)
  assert.deepEqual(player.loop(), [])
  assert.equal(player.refusal(playlist(1)), 'stale')
})

test('test_targets_fast_forward_recovery, test_new_snapshot_fast_forward_recovery, test_new_timestamp_fast_forward_recovery: after a stolen key ran ahead, a new id serves', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1]))
  assert.equal(player.take(playlist(Number.MAX_SAFE_INTEGER, { withdrawn: true, items: [] })), 'playlist')
  const keys = [
    { jwk: stranger.jwk, roles: ['publisher'] },
    { jwk: approver().jwk, roles: ['approver'] },
  ]
  assert.equal(player.take(trust(2, [1], { keys, revoked: [publisher.kid] })), 'trust')
  assert.equal(player.refusal(playlist(2, {}, stranger)), 'stale')
  assert.equal(player.take(playlist(1, { id: 'friends-2' }, stranger)), 'playlist')
  assert.deepEqual(player.loop(), [dawn.asset])
})

test('test_root_expired: root keys do not lapse: they are replaced, or revoked, by the others', (context) => {
  const player = installPlayer(context, [1, 2])
  assert.equal(player.take(rootsOf(1, [2, 3], 1, [1])), 'trust')
  assert.equal(player.refusal(rootsOf(2, [1], 1, [1])), 'unknown-key')
  assert.equal(player.take(trust(2, [3])), 'trust')
})
