import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { type Stage, setStage } from '../support/stage.ts'

const poster = (stage: Stage, item: number) => add(stage, { kind: 'photo', item, format: 'png' })
const film = (stage: Stage, item: number, seconds = 1.5) => add(stage, { kind: 'film', item, codec: 'h264', seconds })
async function add(stage: Stage, recipe: Parameters<typeof makeClip>[0]): Promise<PushedAsset> {
  const clip = await makeClip(recipe)
  return stage.origin.add(clip.file, clip.mediaType)
}

for (const host of kioskHosts) {
  test(`a playlist that is pushed plays on the wall, in order and again (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    await stage.startKiosk(host)
    await stage.observer.untilState((state) => 'slate' in state.now && state.now.slate === 'no playlist has come')
    await stage.push([await film(stage, 1), await poster(stage, 2), await film(stage, 3)])
    for (const item of [1, 2, 3, 1]) await stage.sees(item)
    const state = await stage.observer.untilState(({ playlists }) => playlists[0]?.status === 'live')
    assert.partialDeepStrictEqual(state.playlists, [
      { id: 'friends', target: 'players/wall', revision: 1, status: 'live', missingBytes: 0, reasons: [] },
    ])
    assert.match(state.host, new RegExp(host))
    await stage.observer.untilState(
      ({ now, next }) => 'item' in now && now.item === 'item-2' && next?.item === 'item-3',
    )
  })

  test(`a playlist pushed to a group plays beside one pushed to the player, by their weights (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    await stage.startKiosk(host)
    await stage.push([await poster(stage, 1)], { weight: 2 })
    await stage.push([await poster(stage, 2)], { id: 'others', target: 'groups/square' })
    await stage.sees(1)
    await stage.sees(2)
    await stage.observer.untilState(
      ({ playlists }) => playlists.length === 2 && playlists.every(({ status }) => status === 'live'),
    )
  })
}

test('an edit lets the item that is on end, and goes on after it', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const [one, two, three] = [await film(stage, 1, 4), await poster(stage, 2), await poster(stage, 3)]
  await stage.push([one, two])
  await stage.sees(1)
  const order: number[] = []
  const stop = stage.grab.on(({ seen }) => {
    if (seen.kind === 'frame' && order.at(-1) !== seen.item) order.push(seen.item)
  })
  await stage.push([three], { revision: 2 })
  await stage.observer.untilState(({ playlists }) => playlists[0]?.revision === 2 && playlists[0].status === 'live')
  await stage.sees(3)
  stop()
  assert.deepEqual(order, [1, 3])
})

test('a withdrawn playlist leaves at the end of its item, and the slate comes', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push([await poster(stage, 1)])
  await stage.sees(1)
  await stage.push([], { revision: 2, withdrawn: true })
  const state = await stage.observer.untilState(({ now, playlists }) => 'slate' in now && playlists[0]?.revision === 2)
  assert.deepEqual(
    state.playlists.map(({ status }) => status),
    ['withdrawn'],
  )
})

test('a take-over that cuts in is on at once, so is its edited message, and the former loop comes back after it', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push([await film(stage, 1, 30)])
  await stage.sees(1)
  await stage.push([await poster(stage, 9)], { id: 'urgent', priority: 'takeover', entry: 'now' })
  await stage.sees(9)
  await stage.push([await poster(stage, 8)], { id: 'urgent', revision: 2, priority: 'takeover', entry: 'now' })
  await stage.sees(8)
  await stage.push([], { id: 'urgent', revision: 3, withdrawn: true })
  await stage.sees(1)
})

test('an empty playlist shows the slate and says why', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push([])
  const state = await stage.observer.untilState(({ playlists }) => playlists.length === 1)
  assert.deepEqual(state.playlists[0]?.reasons, ['the playlist has no items'])
  assert.ok('slate' in state.now)
})

test('a playlist of 500 items is taken and begins to play', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const assets = await Promise.all([1, 2, 3, 4].map((item) => poster(stage, item)))
  const items = Array.from({ length: 500 }, (_, index) => ({
    id: `n-${index}`,
    asset: assets[index % 4]?.asset as never,
    seconds: 1,
  }))
  await stage.push(assets, { items })
  for (const item of [1, 2, 3, 4, 1]) await stage.sees(item)
})

test('a photo that is stored lying on its side stands upright', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push([await add(stage, { kind: 'photo', item: 6, format: 'jpeg', orientation: 6 })])
  await stage.sees(6)
})
