import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { Item } from '../../shared/documents/playlist.ts'
import { type IntakeContext, intake } from '../../shared/intake/intake.ts'
import { wordsHash, wordsOf } from '../../shared/trust/words.ts'
import { approvalOf, assetCalled, type City, makeCity, playlistOf, signed, trustOf } from '../support/documents.ts'
import { contextOf, poster, refusalOf, topic } from './intake-setting.ts'

let city: City
before(async () => {
  city = await makeCity()
})

const context = (more?: Partial<IntakeContext>, trust?: Record<string, unknown>) => contextOf(city, more, trust)

test('an item whose asset nobody approved refuses the playlist, and names the item', async () => {
  const second = assetCalled('second')
  const payload = await playlistOf([poster, second], [city.approver], {
    approvals: [await approvalOf(poster, [city.approver])],
  })
  assert.deepEqual(refusalOf(topic, await signed('playlist', payload, city.publisher), context()), {
    code: 'not-approved',
    field: 'items[1].asset',
  })
})

test('approvals that do not count: by a publisher, a stranger, for other bytes, elsewhere, or over', async () => {
  const attempts = [
    await approvalOf(poster, [city.publisher]),
    await approvalOf(poster, [city.stranger]),
    await approvalOf({ ...poster, bytes: 7 }, [city.approver]),
    await approvalOf({ ...poster, mediaType: 'image/gif' }, [city.approver]),
    await approvalOf(poster, [city.approver], { targets: ['groups/elsewhere'] }),
    await approvalOf(poster, [city.approver], { until: '2026-11-01T00:00:00Z' }),
  ]
  for (const approvals of attempts.map((one) => [one])) {
    const bytes = await signed('playlist', await playlistOf([poster], [], { approvals }), city.publisher)
    assert.equal(refusalOf(topic, bytes, context()).code, 'not-approved')
  }
})

test('two approvals are needed where trust says two, and one key never counts twice', async () => {
  const two = context({}, trustOf(city, { approvals: { needed: 2 } }))
  const push = async (...keys: City['root'][]) =>
    signed(
      'playlist',
      await playlistOf([poster], [], { approvals: await Promise.all(keys.map((key) => approvalOf(poster, [key]))) }),
      city.publisher,
    )
  assert.equal(refusalOf(topic, await push(city.approver), two).code, 'not-approved')
  assert.equal(refusalOf(topic, await push(city.approver, city.approver), two).code, 'not-approved')
  assert.ok(intake(topic, await push(city.approver, city.approver2), two, nodeCrypto).ok)
})

test('who publishes does not approve, unless trust says that the two need not be apart', async () => {
  const both = (separation: 'strict' | 'none') => {
    const trust = trustOf(city, { separation })
    const keys = [
      ...(trust.keys as object[]),
      { jwk: { kty: 'OKP', crv: 'Ed25519', x: city.publisher.x }, roles: ['approver'] },
    ]
    return context({}, { ...trust, keys })
  }
  const bytes = await signed('playlist', await playlistOf([poster], [city.publisher]), city.publisher)
  assert.equal(refusalOf(topic, bytes, both('strict')).code, 'not-approved')
  assert.ok(intake(topic, bytes, both('none'), nodeCrypto).ok)
})

const spoken = { caption: { en: 'One pot', zh: '一锅' }, qr: 'https://city.example/pot' }
const hashOf = (words: object) => wordsHash(wordsOf(words) ?? '', nodeCrypto)

test('where trust asks for it, words are accepted only as approvers signed them, and the refusal names the field', async () => {
  const asked = (words: 'approved' | 'free') => context({}, trustOf(city, { words, approvals: { needed: 2 } }))
  const push = async (words: Partial<Item>, ...statements: (Record<string, unknown> | undefined)[]) => {
    const keys = [city.approver, city.approver2]
    const approvals = await Promise.all(statements.map((more) => approvalOf(poster, keys, more)))
    const items = [{ id: 'a', asset: poster.asset, seconds: 2, ...words }]
    return signed('playlist', await playlistOf([poster], [], { items, approvals }), city.publisher)
  }
  const said = { words: hashOf(spoken) }
  const refusals: [Buffer, string][] = [
    [await push(spoken, {}), 'items[0].caption'],
    [await push({ hashtag: '#x' }, said), 'items[0].hashtag'],
    [await push({ qr: spoken.qr }, said), 'items[0].qr'],
    [await push({ ...spoken, credit: {} }, said), 'items[0].caption'],
    [
      await push({ caption: { en: 'Cafe\u0301' } }, { words: hashOf({ caption: { en: 'Caf\u00e9' } }) }),
      'items[0].caption',
    ],
    [await push(spoken, {}, { ...said, until: '2026-11-01T00:00:00Z' }), 'items[0].caption'],
    [await push(spoken, {}, { ...said, targets: ['groups/elsewhere'] }), 'items[0].caption'],
  ]
  for (const [bytes, field] of refusals) {
    assert.deepEqual(refusalOf(topic, bytes, asked('approved')), { code: 'not-approved', field })
    assert.ok(intake(topic, bytes, asked('free'), nodeCrypto).ok)
  }
  for (const bytes of [await push(spoken, said), await push({}, said), await push({}, {})]) {
    assert.ok(intake(topic, bytes, asked('approved'), nodeCrypto).ok)
  }
})

test('words need as many different approvers as the asset does', async () => {
  const asked = context({}, trustOf(city, { words: 'approved', approvals: { needed: 2 } }))
  const approvals = [
    await approvalOf(poster, [city.approver, city.approver2]),
    await approvalOf(poster, [city.approver], { words: hashOf(spoken) }),
    await approvalOf(poster, [city.publisher], { words: hashOf(spoken) }),
  ]
  const items = [{ id: 'a', asset: poster.asset, seconds: 2, ...spoken }]
  const bytes = await signed('playlist', await playlistOf([poster], [], { items, approvals }), city.publisher)
  assert.deepEqual(refusalOf(topic, bytes, asked), { code: 'not-approved', field: 'items[0].caption' })
})

test('words are hashed as canonical JSON, in whatever order they were written', () => {
  const other = { qr: spoken.qr, caption: { zh: '一锅', en: 'One pot' } }
  assert.equal(wordsOf(other), '{"caption":{"en":"One pot","zh":"一锅"},"qr":"https://city.example/pot"}')
  assert.equal(
    hashOf(other),
    createHash('sha256')
      .update(wordsOf(spoken) ?? '')
      .digest('hex'),
  )
  assert.equal(wordsOf({}), undefined)
})
