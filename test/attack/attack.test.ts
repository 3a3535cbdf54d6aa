import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackOf, recipes } from './attack.ts'
import { besiege } from './siege.ts'
import { createTarget } from './target.ts'
import { coming, commandPayload, genuine, keys, shown } from './world.ts'

const count = 10_000

test(`of ${count} attacks on the intake none is taken, none throws, and the city is served all the time`, () => {
  const { broken, counts, mostChecks } = besiege(0, count)
  const found = broken.map(({ attack, why }) => `${attack.name} (seed ${attack.seed}): ${why}`)
  assert.deepEqual(found, [])
  assert.equal(counts.size, Object.keys(recipes).length, 'every kind of attack was tried')
  assert.ok(mostChecks <= 2100, `${mostChecks} signatures were checked for one message`)
})

test('a seed makes the same attack again', () => {
  for (const seed of [0, 1, 77, 4096, 123_456]) assert.deepEqual(attackOf(seed), attackOf(seed))
})

test('the attacked player plays what the city signed, and nothing else', (context) => {
  const target = createTarget()
  context.after(target.stop)
  assert.deepEqual([...target.lanes()].toSorted(), shown.map(({ asset }) => asset).toSorted())
})

test('a siege tells an attack that succeeds from one that fails', (context) => {
  const target = createTarget()
  context.after(target.stop)
  const [, , , playlist] = coming
  assert.ok(playlist)
  const attack = { seed: 0, name: 'what is truly signed', topic: playlist.topic, bytes: playlist.bytes } as const
  assert.deepEqual(target.hit({ ...attack, expected: 'genuine' }), { held: true })
  assert.deepEqual(target.hit({ ...attack, expected: 'refused' }), { held: false, why: 'was taken as playlist' })
})

test('a command in order is carried out, and an attack by it would be noticed', (context) => {
  const target = createTarget()
  context.after(target.stop)
  const { topic, bytes } = genuine('command', commandPayload(), keys.operator)
  const attack = { seed: 0, name: 'a command in order', topic, bytes, expected: 'refused' } as const
  assert.deepEqual(target.hit(attack), { held: false, why: 'was taken as command' })
})
