import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { imageSize } from 'image-size'
import { runCli } from '../operator/cli.ts'
import { makeClip } from '../support/clips.ts'
import { rootKeysOf } from '../support/documents.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { type Stage, setStage } from '../support/stage.ts'

/** A key folder as an operator has it, and the settings to find it by. */
function operatorOf(stage: Stage): Record<string, string> {
  const keys = join(stage.dataDir, 'operator-keys')
  mkdirSync(keys)
  const { d: _, ...publicKey } = stage.city.operator
  writeFileSync(join(keys, 'operator.json'), JSON.stringify(stage.city.operator), { mode: 0o600 })
  writeFileSync(join(keys, 'operator.public.json'), JSON.stringify(publicKey))
  writeFileSync(join(keys, 'root.public.json'), JSON.stringify(rootKeysOf(stage.city)[0]))
  return { PLAZACAST_KEYS: keys, PLAZACAST_BROKER: stage.broker.url }
}

async function wallOf(t: TestContext, host: 'chromium' | 'electron') {
  const stage = await setStage(t)
  await stage.found({ name: '解放碑 north' })
  const kiosk = await stage.startKiosk(host)
  const clips = [
    await makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 6 }),
    await makeClip({ kind: 'photo', item: 2, format: 'jpeg' }),
    await makeClip({ kind: 'film', item: 3, codec: 'h264', seconds: 6 }),
  ]
  await stage.push(await Promise.all(clips.map((clip) => stage.origin.add(clip.file, clip.mediaType))))
  await stage.sees(1, 60_000)
  const env = operatorOf(stage)
  const give = async (...args: string[]) => {
    const run = await runCli(['command', 'wall', ...args, '--timeout', '30'], env)
    assert.equal(run.stderr, '')
    return run
  }
  return { stage, kiosk, give, env }
}

for (const host of kioskHosts) {
  test(`an operator sees a wall, moves it, makes its page new, checks its files and reads its log (${host})`, async (t) => {
    const { stage, give, env } = await wallOf(t, host)
    const picture = join(stage.dataDir, 'wall.jpg')
    const small = await give('screenshot', '--arg', 'width=320', '--output', picture)
    assert.equal(small.code, 0, small.stdout)
    const { width, height, type } = imageSize(readFileSync(picture))
    assert.deepEqual([width, type], [320, 'jpg'])
    assert.ok(Math.abs(height - 180) <= 1, `${height} high: the window may be a line larger than the display`)
    await give('screenshot', '--output', picture)
    assert.deepEqual(imageSize(readFileSync(picture)).width, 640)

    assert.match((await give('go-to', '--arg', 'item=item-3')).stdout, /wall: friends\/item-3 is on/)
    await stage.sees(3, 60_000)
    assert.match((await give('skip')).stdout, /skipped friends\/item-\d; friends\/item-\d is on/)
    assert.match((await give('reload')).stdout, /the page is new; friends\/item-\d is on after \d+ ms/)
    assert.match((await give('check-cache')).stdout, /3 files read .*, all sound/)
    assert.match((await give('identify', '--arg', 'seconds=1')).stdout, /shows “解放碑 north” for 1 s/)
    const restart = await give('restart')
    assert.equal(restart.code, 1)
    assert.match(restart.stdout, /not-supervised/)
    assert.match((await give('send-logs', '--arg', 'kib=64')).stdout, /player-started/)

    const logs = await runCli(['logs', '--data', stage.dataDir, '--grep', 'command-done'], env)
    assert.equal(logs.code, 0, logs.stderr)
    assert.match(logs.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}command-done: skip was carried out$/m)
    assert.ok(existsSync(join(stage.dataDir, 'logs/player.log')))
  })
}

test('a player that is gone is offline, one that does not answer is deaf, and what is wrong in a call is named', async (t) => {
  const { kiosk, give, env, stage } = await wallOf(t, 'chromium')
  const wrong = await runCli(['command', 'wall', 'identify', '--arg', 'seconds=100'], env)
  assert.deepEqual([wrong.code, /^seconds: /.test(wrong.stderr)], [2, true])
  const unknown = await runCli(['command', 'wall', 'screenshoot'], env)
  assert.match(unknown.stderr, /did you mean screenshot\?/)
  const nobody = await runCli(['command', 'groups/nowhere', 'skip', '--timeout', '1'], env)
  assert.deepEqual([nobody.code, /No player is known/.test(nobody.stdout)], [1, true])
  process.kill(kiosk.pid, 'SIGSTOP')
  const deaf = await runCli(['command', 'wall', 'skip', '--timeout', '2', '--json'], env)
  process.kill(kiosk.pid, 'SIGCONT')
  assert.equal(deaf.code, 1)
  assert.match(deaf.stdout, /"kind":"deaf"/)
  await kiosk.stop()
  await stage.observer.untilPresence(({ online }) => !online)
  const offline = await give('skip')
  assert.deepEqual([offline.code, offline.stdout.trim()], [1, 'wall: offline'])
})
