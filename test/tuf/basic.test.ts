import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signPayload } from '../attack/forge.ts'
import { textOf } from '../attack/world.ts'
import {
  approver,
  dawn,
  installPlayer,
  noon,
  operator,
  playlist,
  publisher,
  rootKey,
  site,
  stranger,
  trust,
} from './city.ts'

test('test_basic_refresh_requests, test_basic_refresh_trusted_data: what is signed is taken, and in force', (context) => {
  const player = installPlayer(context)
  assert.deepEqual([trust(1, [1]), site(1), playlist(1)].map(player.take), ['trust', 'site', 'playlist'])
  assert.equal(player.trustRevision(), 1)
  assert.deepEqual(player.loop(), [dawn.asset])
})

test('test_invalid_initial_root: without a root key nothing is believed', (context) => {
  const player = installPlayer(context, [])
  for (const document of [trust(1, [1]), site(1), playlist(1)]) assert.equal(player.take(document), 'refused')
  assert.equal(player.trustRevision(), 0)
})

test('test_unsigned_initial_root: a first trust document by another key is refused', (context) => {
  const player = installPlayer(context)
  assert.equal(player.refusal(trust(1, [2])), 'unknown-key')
  assert.equal(player.refusal(trust(1, [])), 'not-a-document')
})

test('test_unsigned_metadata: of each kind, the document that is wrongly signed is refused and those before it stay', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1]))
  assert.equal(player.refusal(trust(2, [2])), 'unknown-key')
  assert.equal(player.refusal(site(1, {}, stranger)), 'unknown-key')
  assert.equal(player.refusal(playlist(1, {}, stranger)), 'unknown-key')
  assert.equal(player.refusal(playlist(1, {}, publisher, [stranger])), 'not-approved')
  assert.equal(player.trustRevision(), 1)
  assert.equal(player.take(playlist(1)), 'playlist')
})

test('test_url_and_metadata_version_mismatch: a document under another name than its own is refused', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1]))
  const { bytes, topic } = playlist(1)
  assert.equal(player.refusal({ bytes, topic: topic.replace('friends', 'others') }), 'misdirected')
})

test('test_timestamp_content_changes: other content under the same revision is refused, and the first stays', (context) => {
  const player = installPlayer(context)
  for (const document of [trust(1, [1]), playlist(1)]) player.take(document)
  assert.equal(player.refusal(playlist(1, {}, publisher, [approver()], noon)), 'conflict')
  assert.deepEqual(player.loop(), [dawn.asset])
})

test('test_metadata_bytes_match: what is stored is what came, byte for byte', (context) => {
  const player = installPlayer(context)
  const spaced = { ...trust(1, [1]) }
  const bytes = Buffer.from(JSON.stringify(spaced.jws, undefined, 3))
  assert.equal(player.take({ topic: spaced.topic, bytes }), 'trust')
  assert.equal(player.stored('trust'), bytes.toString())
})

test('test_custom_fields: a field that is not known is refused, not ignored', (context) => {
  const player = installPlayer(context)
  assert.equal(player.refusal(trust(1, [1], { custom: 1 })), 'bad-field')
})

test('test_incorrect_metadata_type: a document of another kind is refused, though all else is right', (context) => {
  const player = installPlayer(context)
  player.take(trust(1, [1]))
  const { topic, payload } = playlist(1)
  const asSite = signPayload('site', payload, [publisher, operator, rootKey(1)])
  assert.equal(player.refusal({ topic, bytes: textOf(asSite) }), 'wrong-type')
  const ofSite = signPayload('playlist', { ...payload, kind: 'site' }, [publisher])
  assert.equal(player.refusal({ topic, bytes: textOf(ofSite) }), 'bad-field')
})

test('test_targets_404, test_snapshot_404, test_timestamp_404: what does not come changes nothing', (context) => {
  const player = installPlayer(context)
  for (const document of [trust(1, [1]), playlist(1)]) player.take(document)
  assert.equal(player.take({ topic: playlist(1).topic, bytes: new Uint8Array() }), 'known')
  player.restart()
  assert.deepEqual(player.loop(), [dawn.asset])
})
