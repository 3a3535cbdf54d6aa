import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encoded, headerOf, signatureOver } from '../attack/forge.ts'
import { approve, genuine, playlistPayload, textOf } from '../attack/world.ts'
import {
  approver,
  dawn,
  installPlayer,
  operator,
  type Player,
  playlist,
  publisher,
  rootKey,
  stranger,
  trust,
} from './city.ts'

const approvers = (...numbers: number[]) =>
  numbers.map((number) => ({ jwk: approver(number).jwk, roles: ['approver'] }))
const keysWith = (...more: object[]) => [{ jwk: publisher.jwk, roles: ['publisher'] }, ...more]

/** A player whose trust asks for so many approvals by these approvers. */
function installed(context: Parameters<typeof installPlayer>[0], needed: number, ...keys: object[]): Player {
  const player = installPlayer(context)
  assert.equal(player.take(trust(1, [1], { keys: keysWith(...keys), approvals: { needed } })), 'trust')
  return player
}
const approvedBy = (revision: number, ...numbers: number[]) => playlist(revision, {}, publisher, numbers.map(approver))

test('test_snapshot_does_not_meet_threshold: one approval less than is needed is refused', (context) => {
  const player = installed(context, 3, ...approvers(1, 2, 3, 4, 5))
  assert.equal(player.refusal(approvedBy(1, 1, 2)), 'not-approved')
  assert.equal(player.take(approvedBy(1, 5, 2, 4)), 'playlist')
  assert.equal(player.refusal(approvedBy(2, 1, 5)), 'not-approved')
})

test('test_snapshot_has_too_few_keys: where there are fewer keys than approvals needed, nothing is approved', (context) => {
  const player = installed(context, 3, ...approvers(1, 2))
  assert.equal(player.refusal(approvedBy(1, 1, 2)), 'not-approved')
})

test('test_duplicate_keys: a key that is listed twice counts once', (context) => {
  const player = installed(context, 2, ...approvers(1, 1))
  assert.equal(player.refusal(approvedBy(1, 1)), 'not-approved')
  assert.equal(player.refusal(approvedBy(1, 1, 1)), 'not-approved')
})

test('test_duplicate_sig_keyids: a key that signs twice counts once, in one statement or in two', (context) => {
  const player = installed(context, 2, ...approvers(1, 2))
  assert.equal(player.refusal(approvedBy(1, 1, 1)), 'not-approved')
  const twice = [approve(dawn, [approver(1)]), approve(dawn, [approver(1)])]
  const payload = playlistPayload(1, [dawn], { approvals: twice })
  assert.equal(player.refusal(genuine('playlist', payload, publisher)), 'not-approved')
})

test('test_keytype_and_scheme: Ed25519 is the only scheme, and another is refused with a good signature too', (context) => {
  const player = installPlayer(context)
  for (const alg of ['ES256', 'RS256', 'HS256', 'none', 'Ed448']) {
    const { topic, jws } = trust(1, [1])
    const header = encoded(JSON.stringify({ ...headerOf('trust', rootKey(1)), alg }))
    const signatures = [signatureOver(header, jws.payload, rootKey(1))]
    assert.equal(player.refusal({ topic, bytes: textOf({ payload: jws.payload, signatures }) }), 'bad-signature')
  }
  const jwk = { kty: 'RSA', n: 'AAAA', e: 'AQAB' }
  assert.equal(player.refusal(trust(1, [1], { keys: [{ jwk, roles: ['publisher'] }] })), 'bad-field')
})

test('test_invalid_sig_in_valid_metadata: a broken signature under a trusted name refuses all, under an unknown name nothing', (context) => {
  const player = installed(context, 1, ...approvers(1), { jwk: operator.jwk, roles: ['operator'] })
  const { topic, jws } = playlist(1)
  const broken = (key: typeof stranger) => {
    const header = encoded(JSON.stringify(headerOf('playlist', key)))
    return { ...signatureOver(header, jws.payload, stranger), protected: header }
  }
  const both = (key: typeof stranger) => ({ ...jws, signatures: [...jws.signatures, broken(key)] })
  assert.equal(player.refusal({ topic, bytes: textOf(both(operator)) }), 'bad-signature')
  assert.equal(player.take({ topic, bytes: textOf(both(stranger)) }), 'playlist')
})
