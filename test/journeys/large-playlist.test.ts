import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import mqtt from 'mqtt'
import { publicPart } from '../../main/operator/signing.ts'
import { runCli } from '../operator/cli.ts'
import { makeClip } from '../support/clips.ts'
import { setStage } from '../support/stage.ts'

test('a playlist over 96 KiB travels as a pointer, is fetched and checked, plays, and is withdrawn again', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const keys = join(stage.dataDir, 'office')
  await mkdir(keys, { mode: 0o700 })
  for (const name of ['root', 'publisher', 'approver'] as const) {
    await writeFile(join(keys, `${name}.json`), JSON.stringify(stage.city[name]), { mode: 0o600 })
    await writeFile(join(keys, `${name}.public.json`), JSON.stringify(publicPart(stage.city[name])))
  }
  const film = await makeClip({ kind: 'film', item: 3, codec: 'h264', seconds: 1.5 })
  const caption = 'One pot, many friends. '.repeat(20)
  const items = Array.from({ length: 200 }, () => `  - { file: ${film.file}, caption: { en: "${caption}" } }\n`)
  const yaml = join(stage.dataDir, 'long.yaml')
  await writeFile(yaml, `id: long\ntarget: players/wall\nitems:\n${items.join('')}`)
  const env = { PLAZACAST_BROKER: stage.broker.url, PLAZACAST_KEYS: keys, XDG_CONFIG_HOME: keys }
  const published = await runCli(['publish', yaml], env)
  assert.equal(published.code, 0, published.stdout + published.stderr)
  await stage.sees(3)

  const client = await mqtt.connectAsync(stage.broker.url)
  const kept = new Promise<Buffer>((resolve) => client.on('message', (_, payload) => resolve(payload)))
  await client.subscribeAsync('plazacast/v1/players/wall/playlists/long')
  const pointer = JSON.parse(String(await kept)) as Record<string, unknown>
  await client.endAsync()
  assert.equal(pointer.kind, 'pointer')
  assert.ok(Number(pointer.bytes) > 96 * 1024)

  const withdrawn = await runCli(['publish', '--withdraw', 'long'], env)
  assert.equal(withdrawn.code, 0, withdrawn.stdout + withdrawn.stderr)
})
