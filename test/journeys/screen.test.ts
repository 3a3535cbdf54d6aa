import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { killDescendants } from '../support/processes.ts'
import { type Stage, setStage } from '../support/stage.ts'

async function film(stage: Stage, item: number, seconds: number) {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds })
  return stage.origin.add(clip.file, clip.mediaType)
}

for (const host of kioskHosts) {
  test(`a page that dies is back with its picture at the item that was on (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    const kiosk = await stage.startKiosk(host)
    await stage.push([await film(stage, 1, 2), await film(stage, 2, 6), await film(stage, 3, 2)])
    await stage.sees(2)
    await stage.observer.untilState(({ now }) => 'item' in now && now.item === 'item-2')
    assert.ok(killDescendants(kiosk.pid, 'renderer') > 0)
    const again = await stage.grab.waitFor((seen) => seen.kind === 'frame' && seen.frame < 30, 20_000)
    assert.ok(again.seen.kind === 'frame')
    assert.equal(again.seen.item, 2)
    await stage.observer.untilEvent(({ code }) => code === 'stage-gone')
    await stage.observer.untilEvent(({ code }) => code === 'stage-back')
    await stage.sees(3)
  })

  test(`a page that hangs is given up and comes back with its picture (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    const kiosk = await stage.startKiosk(host)
    await stage.push([await film(stage, 1, 2), await film(stage, 2, 2)])
    await stage.sees(2)
    assert.ok(killDescendants(kiosk.pid, 'renderer', 'SIGSTOP') > 0)
    await stage.observer.untilEvent(({ code }) => code === 'stage-gone', 40_000)
    await stage.sees(1)
    await stage.sees(2)
  })

  test(`a graphics process that dies five times does not end the wall (${host})`, async (context) => {
    const stage = await setStage(context)
    await stage.found()
    const kiosk = await stage.startKiosk(host)
    await stage.push([await film(stage, 1, 2), await film(stage, 2, 2)])
    await stage.sees(1)
    for (let death = 0; death < 5; death += 1) {
      await killed(kiosk.pid)
      await stage.sees(1)
      await stage.sees(2)
    }
  })
}

/** The graphics process may be on its way up again: waits until there is one to kill. */
async function killed(pid: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (killDescendants(pid, 'gpu-process') === 0) return
      clearInterval(timer)
      resolve()
    }, 20)
  })
}
