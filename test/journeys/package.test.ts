import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageDir } from '../../build/package.ts'
import { makeClip } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import { installedElectron, sandboxFlags } from '../support/electron.ts'
import { killDescendants } from '../support/processes.ts'
import { type Stage, setStage } from '../support/stage.ts'

const skip = (await installedElectron()) === undefined && 'Electron is not installed: npx install-electron'

describe('the unpacked package', { skip }, () => {
  let output: string
  let program: string
  before(async () => {
    output = await mkdtemp(join(tmpdir(), 'plazacast-dist-'))
    program = join(await packageDir(output), 'plazacast')
  })
  after(() => rm(output, { recursive: true, force: true }))

  test('plays what is pushed, offline too, and ends when it is told to', async (context) => {
    const stage = await setStage(context)
    await stage.found()
    const player = await startPackage(program, stage)
    context.after(async () => void player.kill('SIGKILL'))
    await stage.push([await film(stage, 1), await poster(stage, 2)])
    await stage.sees(1)
    await stage.sees(2)
    await Promise.all([stage.broker.stop(), stage.origin.stop()])
    assert.ok(player.pid !== undefined && killDescendants(player.pid, 'renderer') > 0)
    await stage.sees(1)
    await stage.sees(2)
    const ended = once(player, 'exit')
    player.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })

  test('holds the program in one archive, with only native code beside it', async () => {
    const resources = join(program, '../resources')
    assert.deepEqual((await readdir(resources)).sort(), ['app.asar', 'app.asar.unpacked'])
    assert.deepEqual(await readdir(join(resources, 'app.asar.unpacked')), ['better_sqlite3.node'])
  })

  test('cannot be used as a Node that runs anything', () => {
    const asked = { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' }
    const run = spawnSync(program, ['-e', 'console.log("ran as Node")'], {
      env: asked,
      encoding: 'utf8',
      timeout: 20_000,
    })
    assert.doesNotMatch(run.stdout, /ran as Node/)
  })
})

const poster = (stage: Stage, item: number) => add(stage, { kind: 'photo', item, format: 'png' })
const film = (stage: Stage, item: number) => add(stage, { kind: 'film', item, codec: 'h264', seconds: 1.5 })
async function add(stage: Stage, recipe: Parameters<typeof makeClip>[0]): Promise<PushedAsset> {
  const clip = await makeClip(recipe)
  return stage.origin.add(clip.file, clip.mediaType)
}

async function startPackage(program: string, stage: Stage) {
  const args = [...sandboxFlags, '--config', join(stage.dataDir, 'kiosk.json')]
  const child = spawn(program, args, { env: { ...process.env, DISPLAY: stage.display.display }, stdio: 'ignore' })
  await once(child, 'spawn')
  return child
}
