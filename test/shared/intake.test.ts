import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { thumbprintOf as joseThumbprint, signDocument } from '../../main/operator/signing.ts'
import { type IntakeContext, intake } from '../../shared/intake/intake.ts'
import { keyringOf, thumbprintOf } from '../../shared/trust/keyring.ts'
import { type City, makeCity, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { contextOf, poster, refusalOf, topic } from './intake-setting.ts'

let city: City
before(async () => {
  city = await makeCity()
})

const context = (more?: Partial<IntakeContext>, trust?: Record<string, unknown>) => contextOf(city, more, trust)

test('a playlist by a publisher with an approved asset is accepted as it came', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  const result = intake(topic, bytes, context(), nodeCrypto)
  assert.ok(result.ok && result.value.kind === 'new')
  assert.equal(result.value.accepted.text, bytes.toString())
  assert.equal(result.value.accepted.document.kind, 'playlist')
})

test('the thumbprint of a key is the one that any JOSE library computes', async () => {
  assert.equal(thumbprintOf(city.publisher, nodeCrypto), await joseThumbprint(city.publisher))
})

test('a document that was accepted before is known, not new', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  const sha256 = Buffer.from(nodeCrypto.sha256(bytes)).toString('hex')
  const result = intake(topic, bytes, context({ seen: () => ({ revision: 1, sha256 }) }), nodeCrypto)
  assert.deepEqual(result, { ok: true, value: { kind: 'known' } })
})

test('an empty retained payload withdraws nothing', () => {
  assert.deepEqual(intake(topic, new Uint8Array(), context(), nodeCrypto), { ok: true, value: { kind: 'known' } })
})

test('a changed bit in the payload is refused', async () => {
  const jws = await signDocument('playlist', await playlistOf([poster], [city.approver]), [city.publisher])
  const payload = Buffer.from(jws.payload, 'base64url').toString().replace('"revision":1', '"revision":9')
  const forged = { ...jws, payload: Buffer.from(payload).toString('base64url') }
  assert.equal(refusalOf(topic, Buffer.from(JSON.stringify(forged)), context()).code, 'bad-signature')
})

test('a key that nobody vouches for is refused', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver]), city.stranger)
  assert.equal(refusalOf(topic, bytes, context()).code, 'unknown-key')
})

test('before any trust document has come, the refusal says so', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  assert.equal(
    refusalOf(topic, bytes, { ...context(), keyring: keyringOf(rootKeysOf(city), undefined, nodeCrypto) }).code,
    'no-trust',
  )
})

test('an approver may not publish', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver2]), city.approver)
  assert.equal(refusalOf(topic, bytes, context()).code, 'missing-role')
})

test('an emergency playlist needs an emergency key', async () => {
  const payload = await playlistOf([poster], [city.approver], { priority: 'emergency' })
  assert.equal(refusalOf(topic, await signed('playlist', payload, city.publisher), context()).code, 'missing-role')
  assert.ok(intake(topic, await signed('playlist', payload, city.emergency), context(), nodeCrypto).ok)
})

test('a publisher cannot replace an emergency playlist by a later revision', async () => {
  const payload = await playlistOf([poster], [city.approver], { revision: 2 })
  const during = context({ isEmergency: () => true })
  assert.equal(refusalOf(topic, await signed('playlist', payload, city.publisher), during).code, 'missing-role')
  assert.ok(intake(topic, await signed('playlist', payload, city.publisher, city.emergency), during, nodeCrypto).ok)
})

test('only root keys sign trust', async () => {
  assert.equal(
    refusalOf('plazacast/v1/trust', await signed('trust', trustOf(city), city.operator), context()).code,
    'missing-role',
  )
  assert.ok(intake('plazacast/v1/trust', await signed('trust', trustOf(city), city.root), context(), nodeCrypto).ok)
})

test('a document for another player is refused, whatever topic it comes on', async () => {
  const other = await signed(
    'playlist',
    await playlistOf([poster], [city.approver], { target: 'players/other' }),
    city.publisher,
  )
  assert.deepEqual(refusalOf(topic, other, context()), { code: 'misdirected', field: 'target' })
  assert.deepEqual(refusalOf('plazacast/v1/players/other/playlists/friends', other, context()), {
    code: 'misdirected',
    field: 'target',
  })
})

test('a playlist under another id than its topic says is refused', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver], { id: 'others' }), city.publisher)
  assert.deepEqual(refusalOf(topic, bytes, context()), { code: 'misdirected', field: 'id' })
})

test('another kind of document than the topic promises is refused', async () => {
  const bytes = await signed('trust', trustOf(city), city.root, city.publisher)
  assert.equal(refusalOf(topic, bytes, context()).code, 'wrong-type')
})

test('an older revision is refused, and so is another content under the same', async () => {
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver], { revision: 5 }), city.publisher)
  const seen = (revision: number) => context({ seen: () => ({ revision, sha256: 'other' }) })
  assert.equal(refusalOf(topic, bytes, seen(6)).code, 'stale')
  assert.equal(refusalOf(topic, bytes, seen(5)).code, 'conflict')
  assert.ok(intake(topic, bytes, seen(4), nodeCrypto).ok)
})

test('a revoked key is a stranger', async () => {
  const kid = await joseThumbprint(city.publisher)
  const bytes = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  assert.equal(refusalOf(topic, bytes, context({}, trustOf(city, { revoked: [kid] }))).code, 'unknown-key')
})

test('a wrong field is named with its path', async () => {
  const payload = await playlistOf([poster], [city.approver])
  const items = [{ id: 'a', asset: poster.asset, seconds: 'ten' }]
  assert.deepEqual(refusalOf(topic, await signed('playlist', { ...payload, items }, city.publisher), context()), {
    code: 'bad-field',
    field: 'items[0].seconds',
  })
})

test('garbage of many kinds is refused with a code, never with an exception', async () => {
  const good = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  const jws = JSON.parse(good.toString())
  const one = jws.signatures[0]
  const header = (value: object) => ({
    ...jws,
    signatures: [{ ...one, protected: Buffer.from(JSON.stringify(value)).toString('base64url') }],
  })
  const kid = await joseThumbprint(city.publisher)
  const garbage: unknown[] = [
    null,
    7,
    [],
    {},
    { ...jws, extra: 1 },
    { ...jws, signatures: [] },
    { ...jws, payload: '****' },
    { ...jws, signatures: [{ ...one, signature: 'A'.repeat(86) }] },
    header({ alg: 'none', kid, typ: 'plazacast-playlist+json' }),
    header({ alg: 'HS256', kid, typ: 'plazacast-playlist+json' }),
    header({ alg: 'EdDSA', kid, typ: 'plazacast-playlist+json', b64: false, crit: ['b64'] }),
    { payload: jws.payload, signatures: jws.signatures.map((s: object) => ({ ...s, header: { kid } })) },
  ]
  for (const value of garbage) refusalOf(topic, Buffer.from(JSON.stringify(value)), context())
  for (const text of ['', '{', '\u0000', 'NaN', '1e999']) {
    if (text !== '') refusalOf(topic, Buffer.from(text), context())
  }
  refusalOf(topic, Buffer.from([0xff, 0xfe, 0x7b]), context())
  refusalOf(topic, Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), context())
  refusalOf('plazacast/v1/somewhere/else', good, context())
})
