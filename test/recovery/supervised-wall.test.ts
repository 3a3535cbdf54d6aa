import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import { descendantsOf } from '../support/processes.ts'
import { setStage, startKiosk } from '../support/stage.ts'

test('a player that is killed whole comes back with its picture, and no browser of the dead one stays', async (context) => {
  const stage = await setStage(context)
  const environment = { PLAZACAST_SUPERVISE: '1' }
  const kiosk = await startKiosk(join(stage.dataDir, 'kiosk.json'), 'chromium', stage.display.display, environment)
  context.after(() => kiosk.stop())
  await stage.found()
  const clips = await Promise.all([1, 2].map((item) => makeClip({ kind: 'film', item, codec: 'h264', seconds: 2 })))
  await stage.push(await Promise.all(clips.map(({ file, mediaType }) => stage.origin.add(file, mediaType))))
  await stage.sees(2, 40_000)
  const [player] = descendantsOf(kiosk.pid)
  assert.ok(player)
  process.kill(player.pid, 'SIGKILL')
  await kiosk.says(/is started again/)
  await stage.observer.untilEvent(({ code }) => code === 'player-started')
  await stage.sees(1, 40_000)
  await stage.sees(2, 40_000)
  const browsers = descendantsOf(kiosk.pid).filter(
    ({ command }) => command.includes('--remote-debugging-pipe') && !command.includes('--type='),
  )
  assert.equal(browsers.length, 1)
})
