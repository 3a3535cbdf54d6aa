import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { step } from '../../renderer/screen/driver.ts'
import { type DriverEvent, type DriverState, type Effect, firstState } from '../../renderer/screen/driver-state.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { programmeOf, showingOf } from '../renderer/showings.ts'
import { openScreen, removeBundle } from '../support/screen-harness.ts'

after(removeBundle)

/** A page's machine after some events; time stands still at `nowMs`. */
function machine(programme: Programme) {
  let state: DriverState = firstState
  let nowMs = 1_000_000
  const told: FromScreen[] = []
  const effects: Effect[] = []
  const take = (event: DriverEvent): void => {
    const result = step(state, event, nowMs)
    state = result.state
    effects.push(...result.effects)
    told.push(...result.effects.flatMap((one) => (one.kind === 'tell' ? [one.message] : [])))
  }
  const present = (): void => {
    const play = state.next?.play.id ?? assert.fail('nothing comes next')
    if (state.next?.stage === 'preparing') take({ kind: 'prepared', play, joined: false })
    take({ kind: 'presented', play, endsAtMs: nowMs + 10_000, endIsTimed: true })
  }
  const failNext = (): void => {
    const play = state.next?.play.id ?? assert.fail('nothing comes next')
    take({ kind: 'failed', play, fault: 'failed', message: 'broken', certain: true })
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  const base = { mayFinish: [], resume: null, cutIn: null, playerName: 'wall', languages: [] }
  take({ kind: 'programme', programme, ...base })
  return {
    take,
    present,
    failNext,
    pass,
    told,
    on: () => state.on?.play.showing.item,
    next: () => state.next?.play.showing.item,
  }
}
const orders = (told: readonly FromScreen[]) =>
  told.flatMap((one) => (one.kind === 'order' ? [{ order: one.order, done: one.done, message: one.message }] : []))

const [a, b, c] = [showingOf('a'), showingOf('b'), showingOf('c')]

test('the page goes to an item at once, and goes on behind it', () => {
  const page = machine(programmeOf(a, b, c))
  page.present()
  page.take({ kind: 'go-to', key: c.key })
  assert.equal(page.next(), 'c')
  page.present()
  assert.deepEqual([page.on(), page.next()], ['c', 'a'])
  assert.deepEqual(orders(page.told), [{ order: 'go-to', done: true, message: '' }])
})

test('the page goes to an item also from the slate, and to the one that is on from its start', () => {
  const page = machine(programmeOf(a, b))
  page.take({ kind: 'go-to', key: b.key })
  page.present()
  page.take({ kind: 'go-to', key: b.key })
  page.present()
  assert.deepEqual([page.on(), page.next()], ['b', 'a'])
})

test('an item that is not in the loop, or at its limit, or left out, is not gone to, and nothing else changes', () => {
  const limited = programmeOf(a, b)
  const lanes = [...limited.lanes, { key: 'players/limited', weight: 1, showings: [c], limits: { everyMinutes: 10 } }]
  const page = machine({ ...limited, lanes })
  page.present()
  page.take({ kind: 'go-to', key: showingOf('other').key })
  page.take({ kind: 'go-to', key: c.key })
  page.present()
  assert.equal(page.on(), 'c')
  page.pass(60_000)
  page.take({ kind: 'go-to', key: a.key })
  page.present()
  page.take({ kind: 'go-to', key: c.key })
  assert.equal(page.on(), 'a')
  assert.deepEqual(
    orders(page.told).map(({ done }) => done),
    [false, true, true, false],
  )
  assert.match(orders(page.told).at(-1)?.message ?? '', /limit/)
})

test('what failed is left out until the quarantine is cleared', () => {
  const page = machine(programmeOf(a, b))
  page.present()
  page.failNext()
  assert.equal(page.next(), 'a')
  page.take({ kind: 'go-to', key: b.key })
  page.take({ kind: 'clear-quarantine' })
  page.take({ kind: 'go-to', key: b.key })
  assert.equal(page.next(), 'b')
  assert.deepEqual(
    orders(page.told).map(({ order, done }) => [order, done]),
    [
      ['go-to', false],
      ['clear-quarantine', true],
      ['go-to', true],
    ],
  )
})

test('the sign with the wall’s name is above everything, and goes by itself or when it is told to', async (t) => {
  const screen = await openScreen({ items: [], width: 640, height: 360 })
  t.after(() => screen.stop())
  const identify = async (seconds: number) => {
    const from = screen.messages.length
    await screen.send({ kind: 'identify', seconds, name: '解放碑 <b>north</b>', playerId: 'jiefangbei-3' })
    const isOrder = (one: FromScreen): one is Extract<FromScreen, { kind: 'order' }> => one.kind === 'order'
    assert.equal((await screen.waitFor(isOrder, 20_000, from)).done, true)
  }
  const middle = () =>
    screen.page.evaluate(() => document.elementFromPoint(320, 180)?.closest('.identify')?.textContent)
  await identify(60)
  assert.equal(await middle(), '解放碑 <b>north</b>jiefangbei-3')
  const outside = await screen.page.evaluate(
    () => [...document.querySelectorAll('.identify > *')].filter((one) => one.scrollWidth > innerWidth).length,
  )
  assert.equal(outside, 0)
  await identify(0)
  assert.equal(await middle(), undefined)
  await identify(1)
  await screen.page.waitForFunction(() => !document.querySelector('.identify'), { timeout: 20_000 })
})
