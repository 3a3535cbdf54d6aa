import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { technicianReport } from '../../shared/technician/report.ts'
import { makeClip } from '../support/clips.ts'
import { setStage } from '../support/stage.ts'
import { openPhone } from '../technician/phone.ts'

const pin = '482913'

test('who stands under a real wall sees what is on it, and with the PIN brings on the next item', {
  timeout: 120_000,
}, async (context) => {
  const stage = await setStage(context)
  const config = join(stage.dataDir, 'kiosk.json')
  const before = JSON.parse(await readFile(config, 'utf8'))
  await writeFile(config, JSON.stringify({ ...before, health: { pin } }))
  const wall = await stage.startKiosk()
  await wall.says(/the page for technicians: http:\S+/)
  const address = /the page for technicians: (http:\S+\/)/.exec(wall.output())?.[1] ?? ''
  await stage.found()
  const photos = await Promise.all(
    [1, 2].map((item) => makeClip({ kind: 'photo', item, format: 'jpeg', width: 640, height: 360 })),
  )
  const assets = await Promise.all(photos.map(({ file, mediaType }) => stage.origin.add(file, mediaType)))
  await stage.push(assets, {
    items: assets.map(({ asset }, index) => ({ id: `photo-${index + 1}`, asset, seconds: 600 })),
  })
  // Whichever is there first begins.
  const first = await stage.grab.waitFor((seen) => seen.kind === 'frame', 20_000)
  const other = first.seen.kind === 'frame' && first.seen.item === 1 ? 2 : 1

  const report = async () => technicianReport.parse(await (await fetch(new URL('report', address))).json())
  let shown = await report()
  while (!shown.health) {
    await new Promise((resolve) => setTimeout(resolve, 100)) // it looks at itself every two seconds
    shown = await report()
  }
  assert.ok(shown.state && 'item' in shown.state.now, 'what is on is known by its name')
  const picture = await fetch(new URL('picture', address))
  assert.equal(picture.headers.get('content-type'), 'image/jpeg')
  assert.deepEqual([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 2)], [0xff, 0xd8])
  await stage.observer.untilState(({ health }) => health?.url === address && health.fingerprint === null)

  const phone = await openPhone(address, 'en')
  context.after(phone.stop)
  await phone.sees('need the PIN')
  await phone.page.type('input[name=pin]', pin)
  await phone.page.tap('.enter')
  await phone.sees('Skip to the next')
  let isThere = false
  const second = stage.sees(other, 40_000).then(() => {
    isThere = true
  })
  // The one that came late may have its turn only after the first one's second.
  for (let press = 0; press < 3 && !isThere; press += 1) {
    await phone.page.waitForSelector('.buttons button:nth-child(2):enabled')
    await phone.page.tap('.buttons button:nth-child(2)')
    await phone.sees('The next one is on its way.')
  }
  await second
  assert.deepEqual(phone.complaints, [])
})
