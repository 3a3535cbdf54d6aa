import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { type Stage, setStage } from '../support/stage.ts'

async function films(stage: Stage, ...items: number[]) {
  return Promise.all(
    items.map(async (item) => {
      const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 1.5 })
      return stage.origin.add(clip.file, clip.mediaType)
    }),
  )
}
const bigFilm = async (stage: Stage, item: number) => {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 20 })
  return stage.origin.add(clip.file, clip.mediaType)
}

for (const host of kioskHosts) {
  test(`with broker and web server gone and the power cut, the wall plays from its first boot on (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    const kiosk = await stage.startKiosk(host)
    await stage.push(await films(stage, 1, 2))
    for (const item of [1, 2]) await stage.sees(item)
    await stage.broker.kill()
    await stage.origin.cut()
    await kiosk.powerOff()
    await stage.startKiosk(host)
    for (const item of [1, 2, 1]) await stage.sees(item)
  })
}

test('the wall plays on while the broker is gone, and takes what is new when it is back', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push(await films(stage, 1, 2))
  await stage.sees(2)
  await stage.broker.kill()
  for (const item of [1, 2, 1]) await stage.sees(item)
  await stage.broker.start()
  const seen = stage.observer.states.length
  await stage.found() // a broker that was killed may have forgotten everything
  await stage.push(await films(stage, 5), { revision: 2 })
  await stage.sees(5, 60_000)
  await stage.observer.untilPresence((presence) => presence.online)
  assert.ok(stage.observer.states.length > seen, 'the player has said again what it has')
})

test('a download that is cut goes on where it was when the web server is back', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const film = await bigFilm(stage, 4)
  stage.origin.throttle(film.bytes / 4)
  await stage.push([film])
  await stage.observer.untilState(
    ({ playlists }) => playlists[0]?.status === 'waiting' && playlists[0].missingBytes > 0,
  )
  await untilGiven(stage, film.bytes / 3)
  await stage.origin.cut()
  await stage.observer.untilEvent(({ code }) => code === 'asset-download-failed')
  stage.origin.throttle(undefined)
  await stage.origin.restore()
  await stage.sees(4, 60_000)
  assert.ok(
    stage.origin.requests.some(({ fromByte }) => fromByte > 0),
    'it was resumed',
  )
  assert.ok(stage.origin.bytesGiven() < film.bytes * 1.5, 'the first part was not fetched again')
})

test('the power is cut in mid download, and the rest is fetched after it', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  const kiosk = await stage.startKiosk()
  const film = await heavyFilm(stage, 4)
  stage.origin.throttle(film.bytes / 4)
  await stage.push([...(await films(stage, 1)), film])
  await untilGiven(stage, film.bytes / 2)
  await kiosk.powerOff()
  stage.origin.throttle(undefined)
  await stage.startKiosk()
  await stage.sees(4, 60_000)
  assert.ok(
    stage.origin.requests.some(({ fromByte }) => fromByte > 0),
    'it was resumed',
  )
})

test('the power is cut in mid item, and the loop goes on with the item that was on', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  const kiosk = await stage.startKiosk()
  const [one, two, three] = await films(stage, 1, 2, 3)
  assert.ok(one && two && three)
  await stage.push([one, { ...two }, three])
  await stage.sees(1)
  await stage.sees(2)
  await stage.observer.untilState(({ now }) => 'item' in now && now.item === 'item-2')
  await kiosk.powerOff()
  const first = stage.grab.waitFor((seen) => seen.kind === 'frame' && seen.frame < 40, 30_000)
  await stage.startKiosk()
  const { seen } = await first
  assert.ok(seen.kind === 'frame')
  assert.equal(seen.item, 2)
})

test('a player without broker, trust or playlist shows the slate, and its configuration’s mistakes do not blank it', async (context) => {
  const stage = await setStage(context)
  await stage.broker.kill()
  const kiosk = await stage.startKiosk()
  await stage.grab.waitFor(({ kind }) => kind === 'unknown', 20_000) // neither black nor a clip: the slate
  await kiosk.says(/slate-shown: no playlist has come/)
})

/** A film that takes several of the steps in which a download is made safe: 16 MiB of it are empty space after the picture. */
async function heavyFilm(stage: Stage, item: number) {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 2 })
  const padding = Buffer.alloc(16 * 1024 * 1024)
  padding.writeUInt32BE(padding.length, 0)
  padding.write('free', 4)
  const file = join(stage.dataDir, 'heavy.mp4')
  await writeFile(file, Buffer.concat([await readFile(clip.file), padding]))
  return stage.origin.add(file, clip.mediaType)
}

async function untilGiven(stage: Stage, bytes: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (stage.origin.bytesGiven() < bytes) return
      clearInterval(timer)
      resolve()
    }, 20)
  })
}
