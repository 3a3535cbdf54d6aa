import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { hexOf } from '../../shared/asset-name.ts'
import { approvalOf, playlistOf } from '../support/documents.ts'
import { startOrigin } from '../support/origin.ts'
import { setHlsRig } from './hls-rig.ts'

const hls = 'application/vnd.apple.mpegurl'

test('a live stream that cannot be had is told to the operators, and kept for the technician', async (t) => {
  const rig = await setHlsRig(t)
  const origin = await startOrigin()
  t.after(() => origin.stop())
  const server = createServer((_request, response) => response.writeHead(503).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  const url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/live.m3u8`
  const asset = await origin.addBytes(Buffer.from(JSON.stringify({ kind: 'hls-live', url })), hls)
  const instant = (ms: number) => new Date(Date.now() + ms).toISOString()
  const span = { from: instant(-3_600_000), until: instant(3_600_000) }
  const approvals = [await approvalOf(asset, [rig.city.approver], span)]
  const items = [{ id: 'concert', asset: asset.asset, seconds: 8 }]
  await rig.publish('playlist', await playlistOf([asset], [], { approvals, items }), rig.city.publisher)
  await rig.observer.untilState(({ playlists }) => playlists[0]?.status === 'live')
  const answer = await fetch(new URL(`live/${hexOf(asset.asset)}/index.m3u8`, rig.address()))
  assert.notEqual(answer.status, 200)
  const told = await rig.observer.untilEvent(({ code }) => code === 'stream-failed')
  assert.equal(told.about.asset, asset.asset)
  assert.match(told.message, /503/)
})
