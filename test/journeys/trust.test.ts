import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { makeKey, publicPart, thumbprintOf } from '../../main/operator/signing.ts'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { approvalOf, assetCalled, issuedAt, playlistOf, trustOf } from '../support/documents.ts'
import { eventually, type PlayerRig, type RunningRig, setRig } from '../support/player-rig.ts'

const poster = assetCalled('poster')
const other = assetCalled('other')
const refusal = (code: string) => (event: PlayerEvent) => event.code === 'document-refused' && event.about.code === code

const shows = (running: RunningRig, ...items: string[]) =>
  eventually(`the programme is ${items}`, () => String(running.items()) === String(items))
const trustAt = (rig: PlayerRig, revision: number) => rig.observer.untilState(({ trust }) => trust === revision)

test('root keys are handed on: the new ones sign the next trust document, the old ones no more, also after a restart', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const next = await makeKey()
  const first = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await trustAt(rig, 1)
  await rig.publish('trust', trustOf(city, { revision: 2, rootKeys: [publicPart(next)] }), city.root)
  await trustAt(rig, 2)
  await rig.publish('trust', trustOf(city, { revision: 3 }), city.root)
  await rig.observer.untilEvent(refusal('unknown-key'))
  await rig.publish('trust', trustOf(city, { revision: 3 }), next)
  await trustAt(rig, 3)
  await first.stop()
  const second = await rig.start()
  await rig.publish('trust', trustOf(city, { revision: 4 }), next)
  await trustAt(rig, 4)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  await shows(second, 'item-1')
})

test('a trust document that nobody could follow is refused, and so is one with too few root signatures', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const second = await makeKey()
  await rig.start()
  await rig.publish('trust', trustOf(city, { roots: { needed: 2 } }), city.root)
  await rig.observer.untilEvent(refusal('bad-field'))
  await rig.publish(
    'trust',
    trustOf(city, { rootKeys: [publicPart(city.root), publicPart(second)], roots: { needed: 2 } }),
    city.root,
  )
  await trustAt(rig, 1)
  await rig.publish('trust', trustOf(city, { revision: 2 }), city.root)
  await rig.observer.untilEvent(refusal('missing-role'))
  await rig.publish('trust', trustOf(city, { revision: 2 }), city.root, city.root)
  await rig.publish('trust', trustOf(city, { revision: 3, roots: { needed: 2 } }), city.root, second)
  await trustAt(rig, 3)
})

test('a revoked approver takes what only it vouched for off the wall, and a revoked publisher all it published', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const running = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  const approvals = [
    await approvalOf(poster, [city.approver, city.approver2]),
    await approvalOf(other, [city.approver2]),
  ]
  await rig.publish('playlist', await playlistOf([poster, other], [], { approvals }), city.publisher)
  await shows(running, 'item-1', 'item-2')
  const gone = [await thumbprintOf(city.approver2)]
  await rig.publish('trust', trustOf(city, { revision: 2, revoked: gone }), city.root)
  await shows(running, 'item-1')
  const last = running.sentToPage.findLast((message) => message.kind === 'programme')
  assert.ok(last?.kind === 'programme' && last.mayFinish.length === 0)
  gone.push(await thumbprintOf(city.publisher))
  await rig.publish('trust', trustOf(city, { revision: 3, revoked: gone }), city.root)
  await shows(running)
})

test('a revoked root key signs no more, and the ones beside it do', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const second = await makeKey()
  const roots = [publicPart(city.root), publicPart(second)]
  await rig.start({ rootKeys: roots })
  await rig.publish('trust', trustOf(city, { revoked: [await thumbprintOf(city.root)] }), second)
  await trustAt(rig, 1)
  await rig.publish('trust', trustOf(city, { revision: 2 }), city.root)
  await rig.observer.untilEvent(refusal('unknown-key'))
  await rig.publish('trust', trustOf(city, { revision: 2 }), second)
  await trustAt(rig, 2)
  await rig.publish('trust', trustOf(city, { revision: 3 }), city.root)
  await rig.observer.untilState(({ refused }) => refused.filter(({ code }) => code === 'unknown-key').length === 2)
})

test('a key signs nothing new outside its time, by whatever clock, and what it signed within it stays', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const trusted = trustOf(city, { issuedAt: '2026-11-22T00:00:00Z' })
  const keys = (trusted.keys as { jwk: { x: string } }[]).map((key) =>
    key.jwk.x === city.publisher.x ? { ...key, until: '2026-11-23T00:00:00Z' } : key,
  )
  let offsetMs = Date.parse('2026-11-22T12:00:00Z') - Date.now()
  const clock = { ...systemClock, now: () => Date.now() + offsetMs }
  const first = await rig.start({ clock })
  await rig.publish('trust', { ...trusted, keys }, city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  await shows(first, 'item-1')
  await first.stop()

  offsetMs = Date.parse('2027-06-01T00:00:00Z') - Date.now()
  const second = await rig.start({ clock })
  await shows(second, 'item-1')
  await rig.publish('playlist', await playlistOf([other], [city.approver], { revision: 2 }), city.publisher)
  await rig.observer.untilEvent(refusal('expired-key'))
  await rig.publish('trust', { ...trusted, keys, revision: 2, issuedAt: '2027-01-01T00:00:00Z' }, city.root)
  await trustAt(rig, 2)
  await second.stop()

  offsetMs = -Date.now()
  const third = await rig.start({ clock })
  await shows(third, 'item-1')
  await rig.publish('playlist', await playlistOf([other], [city.approver], { revision: 3 }), city.publisher)
  await rig.observer.untilState(({ refused }) => refused.filter(({ code }) => code === 'expired-key').length >= 2)
  assert.deepEqual(third.items(), ['item-1'])
})

test('an older copy of the data folder brings nothing back: not the playlist, not the keys, not what was taken down', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const copy = `${rig.dataDir}-copy`
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  const first = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster, other], [city.approver]), city.publisher)
  await shows(first, 'item-1', 'item-2')
  await first.stop()
  cpSync(rig.dataDir, copy, { recursive: true })

  const second = await rig.start()
  await rig.publish(
    'takedowns',
    {
      kind: 'takedowns',
      id: 'takedowns',
      revision: 1,
      issuedAt,
      target: 'fleet',
      assets: [{ asset: other.asset, reason: 'rights', at: issuedAt }],
    },
    city.approver,
  )
  await shows(second, 'item-1')
  const newer = await playlistOf([poster, other], [city.approver], {
    revision: 2,
    items: [
      { id: 'new', asset: poster.asset, seconds: 2 },
      { id: 'down', asset: other.asset, seconds: 2 },
    ],
  })
  await rig.publish('playlist', newer, city.publisher)
  await shows(second, 'new')
  await second.stop()
  rmSync(rig.dataDir, { recursive: true })
  cpSync(copy, rig.dataDir, { recursive: true })

  const offset = -Date.now()
  const third = await rig.start({
    clock: { ...systemClock, now: () => Date.now() + offset },
    parts: { connectBroker: undefined },
  })
  await eventually('the page has its programme', () => third.sentToPage.length > 0)
  assert.deepEqual(third.items(), [], 'without the broker there is nothing that may be believed')
  await third.stop()
  const fourth = await rig.start()
  await shows(fourth, 'new')
  await rig.observer.untilEvent(
    ({ code, message }) => code === 'seal-disagrees' && message.includes('playlist players/wall friends'),
  )
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  await rig.observer.untilEvent(refusal('stale'))
  assert.deepEqual(fourth.items(), ['new'])
})

test('an older copy of the data folder does not bring the old root keys back', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const next = await makeKey()
  const copy = `${rig.dataDir}-copy`
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  const first = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await trustAt(rig, 1)
  await first.stop()
  cpSync(rig.dataDir, copy, { recursive: true })
  const second = await rig.start()
  await rig.publish('trust', trustOf(city, { revision: 2, rootKeys: [publicPart(next)] }), city.root)
  await trustAt(rig, 2)
  await second.stop()
  rmSync(rig.dataDir, { recursive: true })
  cpSync(copy, rig.dataDir, { recursive: true })

  await rig.start()
  await rig.publish('trust', trustOf(city, { revision: 3 }), city.root)
  await rig.observer.untilEvent(refusal('unknown-key'))
  await trustAt(rig, 2)
  await rig.publish('trust', trustOf(city, { revision: 3 }), next)
  await trustAt(rig, 3)
})

test('a seal that is gone or garbled is an event, and what plays goes on', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const first = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  await shows(first, 'item-1')
  await first.stop()
  rmSync(join(`${rig.dataDir}-seal`, 'seal.json'))
  const second = await rig.start()
  await shows(second, 'item-1')
  await rig.observer.untilEvent(({ code, message }) => code === 'seal-disagrees' && message.includes('gone'))
  await second.stop()
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(`${rig.dataDir}-seal`, 'seal.json'), '{"version":1,"version":2}')
  const third = await rig.start()
  await shows(third, 'item-1')
  await rig.observer.untilEvent(({ code, message }) => code === 'seal-disagrees' && message.includes('cannot be read'))
})
