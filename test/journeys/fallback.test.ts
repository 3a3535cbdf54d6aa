import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fallbackItem } from '../fallback/items.ts'
import { makeClip } from '../support/clips.ts'
import { issuedAt, signed } from '../support/documents.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { setStage } from '../support/stage.ts'

for (const host of kioskHosts) {
  test(`a wall shows its fallback until a playlist comes, again when it goes, and never what was taken down (${host})`, async (context) => {
    const stage = await setStage(context)
    const clips = await Promise.all([
      makeClip({ kind: 'film', item: 2, codec: 'h264', seconds: 1.5 }),
      makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 60 }),
      makeClip({ kind: 'photo', item: 9, format: 'jpeg' }),
    ])
    const [film, long, photo] = await Promise.all(clips.map(({ file, mediaType }) => stage.origin.add(file, mediaType)))
    assert.ok(film && long && photo)
    const { approver, emergency } = stage.city
    await stage.startKiosk(host)
    await stage.found({ fallback: [await fallbackItem(photo, 'photo', [approver])] })
    await stage.sees(9, 60_000)
    const { now } = await stage.observer.untilState((state) => 'item' in state.now)
    assert.ok('item' in now && now.fallback === 'no playlist has come')

    await stage.push([film])
    await stage.sees(2)
    const twoItems = [await fallbackItem(long, 'long', [approver]), await fallbackItem(photo, 'photo', [approver])]
    await stage.found({ revision: 2, fallback: twoItems })
    await stage.observer.untilState(({ site, fallback }) => site === 2 && fallback?.playable === 2)
    await stage.push([], { revision: 2, withdrawn: true })
    await stage.sees(1)
    const assets = [{ asset: long.asset, reason: 'rights', at: issuedAt }]
    const list = { kind: 'takedowns', id: 'takedowns', revision: 1, issuedAt, target: 'fleet', assets }
    await stage.observer.publish('plazacast/v1/takedowns', await signed('takedowns', list, emergency))
    await stage.sees(9, 30_000) // the film lasts a minute, and nothing is waited for so long
  })
}
