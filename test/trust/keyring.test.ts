import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { makeKey, publicPart, signDocument, thumbprintOf } from '../../main/operator/signing.ts'
import type { Jws } from '../../shared/documents/jws.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import { keyringAt, keyringOf } from '../../shared/trust/keyring.ts'
import { rememberingCrypto } from '../../shared/trust/remembered.ts'
import { rootsAfter, sameRoots, unusableRoots } from '../../shared/trust/roots.ts'
import { verifyJws } from '../../shared/trust/verify.ts'
import { type City, makeCity, readAs, rootKeysOf, trustOf } from '../support/documents.ts'

let city: City
before(async () => {
  city = await makeCity()
})
const installed = () => ({ keys: rootKeysOf(city), needed: 1 })
const trust = (more: Partial<Trust> = {}) => readAs('trust', trustOf(city, more))

test('a trust document without root keys leaves the roots, and asks for one of them again', () => {
  const after = rootsAfter({ keys: rootKeysOf(city), needed: 2 }, trust(), nodeCrypto)
  assert.ok(sameRoots(after, installed()))
})

test('a root key that is named twice is one, and does not reach a threshold of two', () => {
  const twice = trust({ rootKeys: [publicPart(city.root), publicPart(city.root)], roots: { needed: 2 } })
  const refusal = unusableRoots(installed(), twice, nodeCrypto)?.refusal
  assert.deepEqual([refusal?.code, refusal?.field], ['bad-field', 'roots.needed'])
})

test('the last root key cannot be revoked without naming another', async () => {
  const revoked = [await thumbprintOf(city.root)]
  assert.equal(unusableRoots(installed(), trust({ revoked }), nodeCrypto)?.refusal.field, 'revoked')
  const next = publicPart(await makeKey())
  assert.equal(unusableRoots(installed(), trust({ revoked, rootKeys: [next] }), nodeCrypto), undefined)
})

test('a root key that was handed on has no role in the keyring any more', async () => {
  const next = publicPart(await makeKey())
  const ring = keyringOf(installed(), trust({ rootKeys: [next] }), nodeCrypto)
  assert.equal(ring.keys.get(await thumbprintOf(city.root)), undefined)
  assert.ok(ring.keys.get(await thumbprintOf(next))?.roles.has('root'))
})

test('a key counts from its beginning, inclusive, until its end, exclusive, and says when it is out of its time', async () => {
  const kid = await thumbprintOf(city.publisher)
  const keys = [
    {
      jwk: publicPart(city.publisher),
      roles: ['publisher' as const],
      from: '2026-01-01T00:00:00Z',
      until: '2026-02-01T00:00:00+08:00',
    },
  ]
  const ring = keyringOf(installed(), trust({ keys }), nodeCrypto)
  const at = (instant: string) => keyringAt(ring, Date.parse(instant))
  assert.ok(at('2026-01-01T00:00:00Z').keys.has(kid))
  assert.ok(at('2026-01-31T15:59:59Z').keys.has(kid))
  for (const outside of ['2025-12-31T23:59:59Z', '2026-01-31T16:00:00Z']) {
    assert.ok(!at(outside).keys.has(kid))
    const jws = await signDocument('playlist', { kind: 'playlist' }, [city.publisher])
    const verdict = verifyJws(jws, 'plazacast-playlist+json', at(outside), nodeCrypto)
    assert.equal(verdict.ok ? 'taken' : verdict.refusal.code, 'expired-key')
  }
})

test('a key with two roles in two times has each in its own', async () => {
  const jwk = publicPart(city.publisher)
  const kid = await thumbprintOf(city.publisher)
  const keys = [
    { jwk, roles: ['publisher' as const], until: '2026-06-01T00:00:00Z' },
    { jwk, roles: ['approver' as const], from: '2026-06-01T00:00:00Z' },
  ]
  const ring = keyringOf(installed(), trust({ keys }), nodeCrypto)
  const roles = (instant: string) => [...(keyringAt(ring, Date.parse(instant)).keys.get(kid)?.roles ?? [])]
  assert.deepEqual(roles('2026-05-01T00:00:00Z'), ['publisher'])
  assert.deepEqual(roles('2026-07-01T00:00:00Z'), ['approver'])
})

test('a document that names a key twice is refused: each name costs a check, and counts once', async () => {
  const jws = await signDocument('trust', trustOf(city), [city.root])
  const many: Jws = {
    ...jws,
    signatures: Array.from({ length: 16 }, () => jws.signatures[0] as Jws['signatures'][number]),
  }
  const verdict = verifyJws(many, 'plazacast-trust+json', keyringOf(installed(), undefined, nodeCrypto), nodeCrypto)
  assert.ok(!verdict.ok && verdict.refusal.code === 'bad-signature')
})

test('a remembered signature is good for its own bytes and key only, and what was bad is never remembered', async () => {
  let checks = 0
  const counting: Crypto = {
    sha256: nodeCrypto.sha256,
    verifyEd25519(key, data, signature) {
      checks += 1
      return nodeCrypto.verifyEd25519(key, data, signature)
    },
  }
  const crypto = rememberingCrypto(counting, 2)
  const jws = await signDocument('trust', trustOf(city), [city.root])
  const one = jws.signatures[0] as Jws['signatures'][number]
  const signed = Buffer.from(`${one.protected}.${jws.payload}`)
  const signature = Buffer.from(one.signature, 'base64url')
  for (let n = 0; n < 3; n++) assert.ok(crypto.verifyEd25519(publicPart(city.root), signed, signature))
  assert.equal(checks, 1)
  for (let n = 0; n < 3; n++) {
    assert.ok(!crypto.verifyEd25519(publicPart(city.stranger), signed, signature))
    assert.ok(!crypto.verifyEd25519(publicPart(city.root), Buffer.concat([signed, signed]), signature))
  }
  assert.equal(checks, 7)
})
