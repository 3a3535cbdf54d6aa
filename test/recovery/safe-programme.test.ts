import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assetNameOf } from '../../shared/asset-name.ts'
import { safeProgramme } from '../../shared/recovery/safe-programme.ts'
import { keyOf, type Programme, programme, type Showing } from '../../shared/screen/programme.ts'

const showing = (item: string, mediaType: Showing['mediaType']): Showing => ({
  playlist: 'friends',
  revision: 1,
  item,
  key: keyOf('players/wall/friends', item, 'x'),
  asset: assetNameOf('a'.repeat(64)),
  mediaType,
  address: `assets/${'a'.repeat(64)}`,
  seconds: 10,
  fit: 'contain',
  transition: { kind: 'fade', ms: 400 },
  audio: false,
})
const programmeOf = (showings: Showing[]): Programme => ({
  id: '7',
  lanes: [{ key: 'players/wall/friends', weight: 3, showings }],
  slateReason: null,
})

test('safe mode shows one photo of the programme and no film', () => {
  const safe = safeProgramme(
    programmeOf([showing('film', 'video/mp4'), showing('photo', 'image/jpeg'), showing('other', 'image/png')]),
  )
  assert.deepEqual(
    safe.lanes.map(({ showings }) => showings.map(({ item }) => item)),
    [['photo']],
  )
  assert.ok(programme.safeParse(safe).success)
})

test('safe mode shows the slate when the programme has no photo, and nothing when the wall is off', () => {
  const films = programmeOf([showing('film', 'video/mp4')])
  assert.deepEqual(safeProgramme(films).lanes, [])
  assert.equal(safeProgramme(films).slateReason, 'safe-mode')
  assert.equal(safeProgramme({ ...films, dark: 'outside-hours' }).dark, 'outside-hours')
})
