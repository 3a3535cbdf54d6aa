import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { createFleetClock, fleetTimeAt } from '../../main/app/fleet-clock.ts'
import type { Clock } from '../../main/app/ports.ts'
import { type PrivateJwk, signDocument } from '../../main/operator/signing.ts'
import type { ClockLine } from '../../shared/clock/offset-filter.ts'
import { trust as trustSchema } from '../../shared/documents/trust.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { makeCity, rootKeysOf, trustOf } from '../support/documents.ts'

const trueTime = 1_800_000_000_000
const topic = 'plazacast/v1/clock/answers/wall'

/** A player's clock and the questions it asks, with time in the test's hand. */
async function setUp() {
  const city = await makeCity()
  const keyring = keyringOf(rootKeysOf(city), trustSchema.parse(trustOf(city)), nodeCrypto)
  let nowMs = 1000
  let due: (() => void) | undefined
  const clock: Clock = {
    now: () => 0,
    monotonicMs: () => nowMs,
    after: (_ms, run) => {
      due = run
      return () => {}
    },
  }
  const questions: string[] = []
  let serial = 0
  let line: ClockLine | undefined
  const fleet = createFleetClock({
    configuration: { topicPrefix: 'plazacast/v1', playerId: 'wall' },
    clock,
    crypto: nodeCrypto,
    keyring: () => keyring,
    nonce: () => `nonce-of-sixteen-${serial++}`,
    publish: async ({ payload }) => void questions.push(String(payload)),
    estimated: (one) => {
      line = one
    },
  })
  const go = (ms: number) => {
    nowMs += ms
  }
  const nonceOf = (question: string | undefined) => (JSON.parse(question ?? '{}') as { nonce: string }).nonce
  const signed = async (key: PrivateJwk, nonce: string, atMs: number, kind: 'clock' | 'command' = 'clock') =>
    Buffer.from(
      JSON.stringify(await signDocument(kind, { kind: 'clock', nonce, heardAt: atMs, answeredAt: atMs }, [key])),
    )
  /** Asks, and answers with this time after 5 ms there and 5 ms back. */
  async function exchange(key: PrivateJwk, aheadMs: number, kind: 'clock' | 'command' = 'clock') {
    if (questions.length === 0) fleet.connected()
    else due?.()
    go(5)
    const bytes = await signed(key, nonceOf(questions.at(-1)), trueTime + nowMs + aheadMs, kind)
    go(5)
    fleet.take(topic, bytes)
    go(1000)
    return bytes
  }
  return { city, fleet, exchange, go, questions, line: () => line, now: () => nowMs }
}

test('answers signed by an operator tell the time', async () => {
  const rig = await setUp()
  for (let turn = 0; turn < 5; turn++) await rig.exchange(rig.city.operator, 0)
  const line = rig.line()
  assert.ok(line && Math.abs(fleetTimeAt(line, rig.now()) - (trueTime + rig.now())) <= 5)
})

test('whoever has no operator’s key tells nobody the time: publishers, approvers and strangers', async () => {
  const rig = await setUp()
  for (const key of [rig.city.publisher, rig.city.approver, rig.city.stranger, rig.city.emergency]) {
    for (let turn = 0; turn < 4; turn++) await rig.exchange(key, 3_600_000)
  }
  assert.equal(rig.line(), undefined)
})

test('what an operator signed as something else is no answer', async () => {
  const rig = await setUp()
  for (let turn = 0; turn < 5; turn++) await rig.exchange(rig.city.operator, 0, 'command')
  assert.equal(rig.line(), undefined)
})

test('an answer counts once, and only for a question that waits: what is replayed moves nothing', async () => {
  const rig = await setUp()
  const old: Buffer[] = []
  for (let turn = 0; turn < 5; turn++) old.push(await rig.exchange(rig.city.operator, 0))
  const before = rig.line()
  rig.go(600_000)
  for (const bytes of old) rig.fleet.take(topic, bytes)
  assert.equal(rig.line(), before)
})

test('garbage on the answer’s topic is taken from the intake and changes nothing', async () => {
  const rig = await setUp()
  for (const text of ['', '{', '{"payload":1}', 'x'.repeat(100_000)])
    assert.equal(rig.fleet.take(topic, Buffer.from(text)), true)
  assert.equal(rig.fleet.take('plazacast/v1/trust', Buffer.from('{}')), false)
  assert.equal(rig.line(), undefined)
})
