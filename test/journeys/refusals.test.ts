import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { makeBrokenClip, makeClip } from '../support/clips.ts'
import { playlistOf, signed } from '../support/documents.ts'
import { type Stage, setStage } from '../support/stage.ts'

const topic = 'plazacast/v1/players/wall/playlists/friends'

async function film(stage: Stage, item: number) {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 1.5 })
  return stage.origin.add(clip.file, clip.mediaType)
}
const refusal = (code: string) => (event: PlayerEvent) => event.code === 'document-refused' && event.about.code === code

test('forged, stale, misdirected and garbled documents are refused, said, and leave the wall as it is', async (context) => {
  const stage = await setStage(context)
  const { city, observer } = stage
  await stage.found()
  await stage.startKiosk()
  const [one, two] = [await film(stage, 1), await film(stage, 2)]
  await stage.push([one], { revision: 5 })
  await stage.sees(1)
  const items = new Set<number>()
  const stop = stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))

  await observer.publish(
    topic,
    await signed('playlist', await playlistOf([two], [city.approver], { revision: 6 }), city.stranger),
  )
  await observer.untilEvent(refusal('unknown-key'))
  await observer.publish(
    topic,
    await signed('playlist', await playlistOf([two], [city.approver], { revision: 4 }), city.publisher),
  )
  await observer.untilEvent(refusal('stale'))
  await observer.publish(
    topic,
    await signed(
      'playlist',
      await playlistOf([two], [city.approver], { revision: 6, target: 'players/other' }),
      city.publisher,
    ),
  )
  await observer.untilEvent(refusal('misdirected'))
  await observer.publish(topic, await signed('playlist', await playlistOf([two], [], { revision: 6 }), city.publisher))
  await observer.untilEvent(refusal('not-approved'))
  await observer.publish(topic, '{"payload":')
  await observer.untilEvent(refusal('not-json'))

  const state = await observer.untilState(({ refused }) => refused.length >= 5)
  assert.deepEqual(state.refused.map(({ code }) => code).toSorted(), [
    'misdirected',
    'not-approved',
    'not-json',
    'stale',
    'unknown-key',
  ])
  assert.ok('item' in state.now && state.now.revision === 5)
  await stage.sees(1)
  stop()
  assert.deepEqual([...items], [1])
})

test('a file that is not what its hash says is never shown, and the rest plays', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const good = await film(stage, 1)
  const [two, three] = await Promise.all(
    [2, 3].map((item) => makeClip({ kind: 'film', item, codec: 'h264', seconds: 1.5 })),
  )
  assert.ok(two && three)
  const { readFile } = await import('node:fs/promises')
  const swapped = await stage.origin.add(two.file, two.mediaType, await readFile(three.file))
  const items = new Set<number>()
  stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))
  await stage.push([good, swapped])
  await stage.observer.untilEvent(({ code }) => code === 'asset-hash-mismatch' || code === 'asset-download-failed')
  await stage.sees(1)
  assert.deepEqual([...items], [1])
})

test('a file that does not decode is left out and said, and the others play', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const broken = await makeBrokenClip({ kind: 'film', item: 7, codec: 'h264', seconds: 1.5 }, 'not-media')
  const bad = await stage.origin.add(broken.file, broken.mediaType)
  await stage.push([await film(stage, 1), bad, await film(stage, 2)])
  await stage.sees(1)
  await stage.sees(2)
  const fault = await stage.observer.untilEvent(({ code }) => code.startsWith('item-'))
  assert.equal(fault.about.asset, bad.asset)
  for (const item of [1, 2]) await stage.sees(item)
})
