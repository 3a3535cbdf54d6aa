import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeeper } from '../../main/hosts/keeper.ts'
import { createRenewal } from '../../main/hosts/renewal.ts'
import { eventually } from '../support/eventually.ts'

const answers = async () => {}
const hangs = () => new Promise<never>(() => {})

type Wall = {
  answers?(ended: readonly string[]): Promise<void>
  otherDraws?(): Promise<void>
}

/** A wall whose picture stands still, and what is ended to remedy it. */
function standingWall(wall: Wall = {}) {
  const ended: string[] = []
  const listener = { message() {}, gone() {}, back() {} }
  const keeper = createKeeper(listener, async () => {})
  const renew = createRenewal(keeper, listener, {
    answers: () => (wall.answers ?? answers)(ended),
    otherDraws: wall.otherDraws ?? hangs,
    endGraphics: async () => void ended.push('graphics'),
    endPage() {
      ended.push('page')
      keeper.lose('page', 'it was ended')
    },
  })
  const standsStill = async () => {
    const before = ended.length
    renew('it has drawn nothing for 8 s', 'still')
    await eventually('something is ended', () => ended.length > before)
  }
  return { keeper, ended, standsStill }
}

test('a graphics process that hangs is ended each time that it hangs, however soon after the last', async (context) => {
  const { keeper, ended, standsStill } = standingWall()
  context.after(() => keeper.stop())
  await standsStill()
  keeper.pictured()
  await standsStill()
  assert.deepEqual(ended, ['graphics', 'graphics'])
})

test('a graphics process that was ended in vain is not what hangs: the page is ended, and then they take turns', async (context) => {
  const { keeper, ended, standsStill } = standingWall()
  context.after(() => keeper.stop())
  for (let time = 0; time < 4; time++) await standsStill()
  assert.deepEqual(ended, ['graphics', 'page', 'graphics', 'page'])
})

test('a page that does not answer is ended alone when the one that stands by draws', async (context) => {
  const { keeper, ended, standsStill } = standingWall({ answers: hangs, otherDraws: answers })
  context.after(() => keeper.stop())
  await standsStill()
  assert.deepEqual(ended, ['page'])
})

test('a graphics process that hangs is ended though the page hangs with it, which then goes on', async (context) => {
  const { keeper, ended, standsStill } = standingWall({
    answers: (ended) => (ended.length > 0 ? answers() : hangs()),
    otherDraws: hangs,
  })
  context.after(() => keeper.stop())
  await standsStill()
  assert.deepEqual(ended, ['graphics'])
})

test('a page that hangs on when the graphics process was ended is ended too, at once', async (context) => {
  const { keeper, ended, standsStill } = standingWall({ answers: hangs })
  context.after(() => keeper.stop())
  await standsStill()
  await eventually('the page is ended', () => ended.length > 1)
  assert.deepEqual(ended, ['graphics', 'page'])
})
