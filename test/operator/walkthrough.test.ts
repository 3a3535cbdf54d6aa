import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import { makeClip } from '../support/clips.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { startStandInPlayer } from './stand-in-player.ts'

const root = join(import.meta.dirname, '../..')

test('every command of the walkthrough works, in its order', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-walkthrough-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  const broker = await startMosquitto()
  context.after(() => broker.stop())
  await mkdir(join(folder, 'films'))
  for (const item of [1, 2]) {
    const { file } = await makeClip({ kind: 'photo', item, format: 'jpeg' })
    await copyFile(file, join(folder, `films/${item}.jpg`))
  }
  const items =
    '  - { file: films/1.jpg, id: first, seconds: 5, caption: { en: Welcome } }\n  - { file: films/2.jpg, id: second, seconds: 5 }\n'
  await writeFile(join(folder, 'square.yaml'), `id: square\ntarget: groups/plaza\nitems:\n${items}`)
  // Nobody can be asked here, and no browser need be started for each approval.
  const program = `exec '${process.execPath}' '${join(root, 'build/plazacast.mjs')}'`
  const script = `#!/bin/sh\nif [ "$1" = approve ]; then ${program} "$@" --yes --without-sheet; fi\n${program} "$@"\n`
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin/plazacast'), script)
  await chmod(join(folder, 'bin/plazacast'), 0o755)

  const run = async (commands: string) => {
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      PLAZACAST_BROKER: broker.url,
    }
    const child = spawn('bash', ['-e', '-c', commands], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
    const [code] = await once(child, 'close')
    assert.equal(code, 0, `${commands}\n${text}`)
    return text
  }
  const guide = await readFile(join(root, 'assets/docs/trust.md'), 'utf8')
  const [keys = '', ...rest] = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block ?? '')
  await run(keys)
  const rootKey = JSON.parse(await readFile(join(folder, 'safe/root.public.json'), 'utf8')) as PublicJwk
  const player = await startStandInPlayer({ url: broker.url, id: 'wall-1', rootKey })
  context.after(() => player.stop())
  const told: string[] = []
  for (const block of rest) told.push(await run(block))

  assert.ok(rest.length >= 8)
  assert.match(told.join(''), /Each film and photo needs 2 approvals by different keys/)
  assert.match(told.join(''), /hashtags and QR codes need as many/)
  assert.match(told.join(''), /caption en: Welcome/)
  assert.match(told.join(''), /wall-1: off the wall/)
  assert.deepEqual(
    player.trust()?.keys.map(({ label }) => label),
    ['City media desk', 'Operations', 'Duty officer', 'Wu, culture office', 'Zhao, culture office'],
  )
  assert.equal(player.playlists.get('square')?.approvals[0]?.signatures.length, 2)
})
