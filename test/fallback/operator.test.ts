import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { publishFallback } from '../../main/operator/fallback.ts'
import { openFleetLink } from '../../main/operator/fleet-link.ts'
import { listKeys, makeKeys } from '../../main/operator/keys.ts'
import type { Settings } from '../../main/operator/settings.ts'
import { pushSite } from '../../main/operator/site.ts'
import { pushTrust } from '../../main/operator/trust.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { runCli } from '../operator/cli.ts'
import { makeClip } from '../support/clips.ts'
import { type PlayerRig, setRig } from '../support/player-rig.ts'

/** An operator's desk with keys of its own, and a player that believes them. */
async function setDesk(rig: PlayerRig): Promise<Settings> {
  const keys = join(rig.dataDir, 'keys')
  await makeKeys(keys)
  const settings = {
    broker: { url: rig.broker.url },
    topicPrefix: 'plazacast/v1',
    keys,
    target: undefined,
    from: 'the test',
  }
  const root = (await listKeys(keys)).find(({ purpose }) => purpose === 'root')?.jwk
  assert.ok(root)
  await rig.start({ rootKeys: [root] })
  const link = await openFleetLink(settings, ['plazacast/v1/trust'])
  await pushTrust(link, keys)
  await pushSite(link, keys, 'wall', { name: 'North', groups: ['plaza'] })
  await link.close()
  return settings
}

test('an operator gives a wall its fallback, the rest of its site stays, and takes it away again', async (context) => {
  const rig = await setRig(context)
  const settings = await setDesk(rig)
  const photo = await makeClip({ kind: 'photo', item: 2, format: 'jpeg' })
  const film = await makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 1, width: 320, height: 160 })
  const file = join(rig.dataDir, 'quiet.yaml')
  await writeFile(
    file,
    `id: quiet\nitems:\n  - file: ${photo.file}\n    seconds: 5\n    fit: cover\n  - file: ${film.file}\n`,
  )
  const outcome = await publishFallback({ settings, player: 'wall', file, timeoutMs: 20_000 })
  assert.ok(outcome.kind === 'published' && outcome.server)
  await outcome.server.stop()
  assert.ok(outcome.complete)
  const { fallback, site } = await rig.observer.untilState((state) => state.fallback?.playable === 2)
  assert.deepEqual([site, fallback?.items, fallback?.reasons], [2, 2, []])
  const off = await publishFallback({ settings, player: 'wall', file: undefined, timeoutMs: 20_000 })
  assert.ok(off.kind === 'published' && off.complete)
  const after = await rig.observer.untilState((state) => state.site === 3)
  assert.equal(after.fallback, undefined)
})

test('a fallback with hours or words is not pushed, and the sentence names the field', async (context) => {
  const rig = await setRig(context)
  const settings = await setDesk(rig)
  const photo = await makeClip({ kind: 'photo', item: 2, format: 'jpeg' })
  const file = join(rig.dataDir, 'quiet.yaml')
  await writeFile(
    file,
    `id: quiet\nweight: 2\nitems:\n  - file: ${photo.file}\n    seconds: 5\n    caption: { en: Hello }\n`,
  )
  await assert.rejects(
    publishFallback({ settings, player: 'wall', file, timeoutMs: 20_000 }),
    (error) =>
      error instanceof OperatorError &&
      /weight: a fallback has none/.test(error.message) &&
      /items\[0\]\.caption/.test(error.message),
  )
})

test('the command says what it does and what it lacks', async () => {
  const help = await runCli(['fallback', '--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /when nothing else may be shown/)
  const bare = await runCli(['fallback', 'wall-1'])
  assert.equal(bare.code, 2)
  assert.match(bare.stderr, /What is it to show\?/)
})
