import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setStage } from '../support/stage.ts'
import { parade } from './parade.ts'

test('fifty hostile media files pass over the wall: none ends the page or the player, and after each the loop goes on', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const result = await parade(stage, 1, 50, () => {})
  assert.equal(result.shown, 50)
  assert.equal(result.losses, 0)
})
