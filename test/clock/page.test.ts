import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectOperatorBroker } from '../../main/adapters/operator-broker.ts'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { startTimeServer, steadySystemClock } from '../../main/operator/time-server.ts'
import { makeClip } from '../support/clips.ts'
import { setStage, startKiosk } from '../support/stage.ts'
import { faketimeLibrary, noFaketime } from './faked-clock.ts'

test('the system’s clock steps by a year in mid film: the film goes on to its end, and so does the loop', {
  skip: noFaketime,
}, async (context) => {
  const stage = await setStage(context)
  await stage.found()
  const broker = await connectOperatorBroker({ url: stage.broker.url })
  context.after(() => broker.close())
  const [clock, stopFollowing] = steadySystemClock()
  context.after(async () => stopFollowing())
  await startTimeServer(broker, 'plazacast/v1', stage.city.operator, clock)
  const films = await Promise.all(
    [1, 2].map(async (item) => {
      const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 3 })
      return stage.origin.add(clip.file, clip.mediaType)
    }),
  )
  const today = new Date().toISOString().slice(0, 10)
  await stage.push(films, { window: { from: '2020-01-01', until: today } })
  const file = join(stage.dataDir, 'faketime')
  const setClock = (words: string) => writeFileSync(file, `${words}\n`)
  setClock('+0s')
  // Chromium's processes do not start under libfaketime; the page reads the system's clock once, when it begins.
  const browser = join(stage.dataDir, 'chromium')
  const chromium = findChromium(process.env, process.platform)
  writeFileSync(browser, `#!/bin/sh\nunset LD_PRELOAD\nexec '${chromium}' "$@"\n`)
  chmodSync(browser, 0o755)
  const kiosk = await startKiosk(join(stage.dataDir, 'kiosk.json'), 'chromium', stage.display.display, {
    PLAZACAST_CHROMIUM: browser,
    LD_PRELOAD: faketimeLibrary ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  })
  context.after(() => kiosk.powerOff())
  await stage.observer.untilState(({ clock: known }) => known === 'trusted', 60_000)
  await stage.sees(2, 60_000) // both films are here
  for (const step of ['+1y', '-1y']) {
    await stage.grab.waitFor((seen) => seen.kind === 'frame' && seen.item === 1 && seen.frame > 10, 60_000)
    const frames: number[] = []
    const stopLooking = stage.grab.on(({ seen }) => {
      if (seen.kind === 'frame' && seen.item === 1) frames.push(seen.frame)
    })
    setClock(step)
    await stage.sees(2, 60_000)
    stopLooking()
    assert.ok(Math.max(...frames) >= 80, `${step}: item 1 was shown to frame ${Math.max(...frames)} of 89`)
    const back = frames.flatMap((frame, at) => (frame < (frames[at - 1] ?? 0) ? [`${frames[at - 1]} to ${frame}`] : []))
    assert.deepEqual(back, [], `${step}: the film went back`)
  }
  const { clock: known, now } = stage.observer.states.at(-1) ?? {}
  assert.equal(known, 'trusted')
  assert.ok(now && 'item' in now)
})
