import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeeper } from '../../main/hosts/keeper.ts'
import { createRenewal } from '../../main/hosts/renewal.ts'
import { eventually } from '../support/eventually.ts'

/** A wall whose picture stands still although its page answers, and what is ended to remedy it. */
function standingWall() {
  const ended: string[] = []
  const listener = { message() {}, gone() {}, back() {} }
  const keeper = createKeeper(listener, async () => {})
  const renew = createRenewal(keeper, listener, {
    answers: async () => {},
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
