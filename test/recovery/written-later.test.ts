import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { Host, HostListener } from '../../main/hosts/host.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { assetCalled, playlistOf, trustOf } from '../support/documents.ts'
import { eventually, setRig } from '../support/player-rig.ts'

const lossIsWritten = ['stage-gone', 'recovery-page', 'stage-back']

test('a page that takes over has its programme before a word about the lost one is written, and all is written when it shows', async (context) => {
  const wall = await wallThatShows(context)
  wall.losesItsPage()
  assert.equal(wall.sent.at(-1)?.kind, 'programme')
  assert.deepEqual(wall.faults(), [])
  assert.deepEqual(wall.plays(), ['running'])
  wall.shows()
  assert.deepEqual(wall.plays(), ['interrupted', 'running'])
  assert.deepEqual(wall.faults(), lossIsWritten.slice(0, 2))
  await wall.reports(lossIsWritten)
})

test('what is known of a lost page is written soon though no picture comes', async (context) => {
  const wall = await wallThatShows(context)
  wall.losesItsPage()
  await eventually('it is written', () => wall.faults().length === 2 && wall.plays()[0] === 'interrupted', 2_000)
  await wall.reports(lossIsWritten)
})

test('a player that is stopped before the next picture has written what it knows of the lost page', async (context) => {
  const wall = await wallThatShows(context)
  wall.losesItsPage()
  await wall.stop()
  assert.deepEqual(wall.plays(), ['interrupted'])
  assert.deepEqual(wall.faults(), lossIsWritten.slice(0, 2))
})

/** A player whose poster is on its wall, and whose page does as it is told. */
async function wallThatShows(context: TestContext) {
  const rig = await setRig(context)
  const sent: ToScreen[] = []
  const host: Host = {
    name: 'chromium',
    version: '0',
    send: (message) => void sent.push(message),
    screenshot: async () => new Uint8Array(),
    renew() {},
    async stop() {},
  }
  let listener: HostListener | undefined
  const running = await rig.start({
    parts: {
      async startHost(hears) {
        listener = hears
        return host
      },
    },
  })
  const heard = listener
  assert.ok(heard)
  const poster = assetCalled('poster')
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster], [rig.city.approver]), rig.city.publisher)
  const showing = () => {
    const last = sent.findLast((message) => message.kind === 'programme')
    return last?.programme.lanes[0]?.showings[0]
  }
  heard.message({ kind: 'hello', at: 1 })
  await eventually('the page has its programme', () => showing() !== undefined)
  const shows = () => {
    const key = showing()?.key
    assert.ok(key)
    heard.message({ kind: 'shown', at: 1, key, position: { next: {}, turns: {} }, next: null })
  }
  shows()
  const { db, close } = openForReading(join(rig.dataDir, 'player.db'))
  context.after(close)
  return {
    sent,
    shows,
    stop: running.stop,
    /** As a host does that has a page standing by. */
    losesItsPage() {
      sent.length = 0
      heard.gone('page', 'it died')
      heard.remedy?.('page', 'it died', false)
      heard.back()
      heard.message({ kind: 'hello', at: 1 })
    },
    faults: () =>
      db.all(z.object({ code: z.string() }), 'SELECT code FROM faults ORDER BY seq').map(({ code }) => code),
    plays: () =>
      db.all(z.object({ outcome: z.string() }), 'SELECT outcome FROM plays ORDER BY seq').map(({ outcome }) => outcome),
    async reports(codes: readonly string[]) {
      await rig.observer.untilEvent(({ code }) => code === codes.at(-1))
      const told = rig.observer.events.map(({ code }) => code).filter((code) => codes.includes(code))
      assert.deepEqual(told, codes)
    },
  }
}
