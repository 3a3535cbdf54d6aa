import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamAsset } from '../../main/operator/hls-assets.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { approvalOf, issuedAt, playlistOf } from '../support/documents.ts'
import { eventually } from '../support/player-rig.ts'
import { serve, setHlsRig } from './hls-rig.ts'
import { listen, playlist } from './relay-rig.ts'

const from = '2026-01-01T00:00:00Z'
const until = '2099-01-01T00:00:00Z'

test('a live stream is shown only where its approval says from when until when, and not after a take-down', async (t) => {
  const rig = await setHlsRig(t)
  const origin = await listen(t, playlist('#EXTINF:2,', 'a.ts'))
  const asset = streamAsset(`${origin}/live.m3u8`)
  const { pushed } = await serve(t, asset)
  const { city } = rig
  const items = [{ id: 'stream', asset: asset.name, seconds: 10 }]
  const publish = async (revision: number, limits: Record<string, string>) => {
    const approvals = [await approvalOf(pushed, [city.approver], limits)]
    await rig.publish('playlist', await playlistOf([pushed], [], { revision, items, approvals }), city.publisher)
  }
  const address = () => `${rig.address()}live/${hexOf(asset.name)}/index.m3u8`
  for (const [revision, limits] of [{}, { from }, { until }].entries()) {
    await publish(revision + 1, limits)
    await rig.observer.untilState(
      ({ playlists }) =>
        playlists[0]?.revision === revision + 1 &&
        playlists[0].reasons.join().includes('1 live stream without an approval from and until'),
    )
    assert.deepEqual(rig.showings(), [])
    assert.equal((await fetch(address())).status, 404)
  }
  await publish(5, { from, until })
  await eventually('the stream is in the loop', () => rig.showings().length === 1, 20_000)
  const [showing] = rig.showings()
  assert.deepEqual(
    { stream: showing?.stream, address: showing?.address, seconds: showing?.seconds },
    { stream: 'live', address: `live/${hexOf(asset.name)}/index.m3u8`, seconds: 10 },
  )
  assert.equal((await fetch(address())).status, 200)
  const takedowns = { assets: [{ asset: asset.name, reason: 'a test', at: issuedAt }] }
  await rig.publish(
    'takedowns',
    { kind: 'takedowns', id: 'takedowns', revision: 1, issuedAt, target: 'fleet', ...takedowns },
    city.approver,
  )
  await eventually('the stream is gone', () => rig.showings().length === 0)
  assert.equal((await fetch(address())).status, 404)
})

test('a live stream without a duration is refused, with the field', async (t) => {
  const rig = await setHlsRig(t)
  const { pushed } = await serve(t, streamAsset('https://city.example/live.m3u8'))
  const payload = await playlistOf([pushed], [rig.city.approver], { items: [{ id: 'stream', asset: pushed.asset }] })
  await rig.publish('playlist', payload, rig.city.publisher)
  const { about, message } = await rig.observer.untilEvent(({ code }) => code === 'document-refused')
  assert.equal(about.field, 'items[0].seconds')
  assert.match(message, /a live stream needs a duration/)
})

test('an approval that ends takes the stream off the wall and out of the relay', async (t) => {
  const rig = await setHlsRig(t)
  const origin = await listen(t, playlist('#EXTINF:2,', 'a.ts'))
  const asset = streamAsset(`${origin}/live.m3u8`)
  const { pushed } = await serve(t, asset)
  const endsAt = Date.now() + 4_000
  const limits = { from, until: new Date(endsAt).toISOString() }
  const approvals = [await approvalOf(pushed, [rig.city.approver], limits)]
  const items = [{ id: 'stream', asset: asset.name, seconds: 10 }]
  await rig.publish('playlist', await playlistOf([pushed], [], { items, approvals }), rig.city.publisher)
  const address = () => `${rig.address()}live/${hexOf(asset.name)}/index.m3u8`
  await eventually('the stream is in the loop', () => rig.showings().length === 1, 20_000)
  assert.equal((await fetch(address())).status, 200)
  for (;;) {
    const answered = await fetch(address())
    if (answered.status !== 200) break
    assert.ok(Date.now() < endsAt + 20_000, 'it goes on long after its end')
  }
  assert.ok(Date.now() >= endsAt)
  await eventually('the stream is gone', () => rig.showings().length === 0, 20_000)
})
