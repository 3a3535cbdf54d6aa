import assert from 'node:assert/strict'
import { test } from 'node:test'
import { familyOf } from '../../renderer/screen/media/clip.ts'
import { startPosition } from '../../shared/screen/rotation.ts'
import { showingOf } from './showings.ts'

const play = {
  id: 1,
  showing: showingOf('film', { mediaType: 'video/mp4' }),
  before: startPosition,
  after: startPosition,
}
const facts = {
  mediaType: 'video/mp4; codecs="avc1.64001f"',
  codec: 'avc',
  width: 1280,
  height: 720,
  rotation: 0,
  hiddenSeconds: 0,
  seconds: 10,
  isOneFilm: true,
}
const family = (more: Partial<typeof facts> = {}, fit: 'contain' | 'cover' = 'contain') =>
  familyOf({ ...play, showing: { ...play.showing, fit } }, { facts: { ...facts, ...more } })

test('films share a timeline whatever their length and profile', () => {
  assert.equal(family(), family({ seconds: 3, mediaType: 'video/mp4; codecs="avc1.42c01f"' }))
})

test('films of another codec, size, turn or fit do not share one', () => {
  for (const more of [{ codec: 'vp9' }, { width: 720 }, { height: 480 }, { rotation: 90 }])
    assert.notEqual(family(), family(more), JSON.stringify(more))
  assert.notEqual(family(), family({}, 'cover'))
})
