import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { serveAssets } from '../../main/operator/asset-server.ts'
import { openFleetLink } from '../../main/operator/fleet-link.ts'
import { listKeys, makeKeys, privateKeyFor } from '../../main/operator/keys.ts'
import type { PublishProgress } from '../../main/operator/publication.ts'
import { publish } from '../../main/operator/publish.ts'
import { localAsset } from '../../main/operator/publish-assets.ts'
import type { Settings } from '../../main/operator/settings.ts'
import { signDocument } from '../../main/operator/signing.ts'
import { pushSite } from '../../main/operator/site.ts'
import { pushTrust } from '../../main/operator/trust.ts'
import { withdraw } from '../../main/operator/withdraw.ts'
import { statementOf } from '../../shared/operator/approval-merge.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { withdrawal } from '../../shared/operator/playlist-payload.ts'
import { wordsHash } from '../../shared/trust/words.ts'
import { makeClip } from '../support/clips.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { type StandInPlayer, startStandInPlayer } from './stand-in-player.ts'

let broker: Mosquitto
let folder: string
let settings: Settings
const players: StandInPlayer[] = []

before(async () => {
  broker = await startMosquitto()
  folder = await mkdtemp(join(tmpdir(), 'plazacast-publish-'))
  const keys = join(folder, 'keys')
  await makeKeys(keys)
  settings = {
    broker: { url: broker.url },
    topicPrefix: 'plazacast/v1',
    keys,
    target: 'groups/plaza',
    from: 'the test',
  }
  const film = await makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 1, width: 320, height: 160 })
  const photo = await makeClip({ kind: 'photo', item: 2, format: 'jpeg', orientation: 6 })
  await writeFile(
    join(folder, 'plaza.yaml'),
    `id: plaza\nitems:\n  - file: ${film.file}\n  - file: ${photo.file}\n    seconds: 5\n    transition: fade\n`,
  )
})

after(async () => {
  for (const player of players) await player.stop()
  await broker.stop()
  await rm(folder, { recursive: true, force: true })
})

const startPlayer = async (id: string, group: string | undefined): Promise<StandInPlayer> => {
  const rootKey = (await listKeys(settings.keys)).find(({ purpose }) => purpose === 'root')?.jwk
  assert.ok(rootKey)
  const player = await startStandInPlayer({ url: broker.url, id, rootKey })
  players.push(player)
  if (group) {
    const link = await openFleetLink(settings, ['plazacast/v1/trust', `plazacast/v1/players/${id}/site`])
    await pushSite(link, settings.keys, id, { groups: [group] })
    await link.close()
  }
  return player
}

/** The same keys on another machine, which has published nothing, beside a broker that has forgotten. */
const publishFromForgetfulDesk = async (run: (desk: Settings) => Promise<void>) => {
  const keys = join(folder, 'desk')
  await cp(settings.keys, keys, { recursive: true })
  await rm(join(keys, 'revisions.json'))
  const link = await openFleetLink(settings)
  await link.broker.publish('plazacast/v1/groups/plaza/playlists/plaza', '', { retain: true })
  await link.close()
  await run({ ...settings, keys })
}

const file = () => join(folder, 'plaza.yaml')
const hasMessage = (pattern: RegExp) => (error: unknown) =>
  error instanceof OperatorError && pattern.test(error.message)

test('before trust is on the broker, publish says which command is missing', async () => {
  await assert.rejects(publish({ settings, file: file() }), hasMessage(/No trust document .*plazacast trust/))
})

test('a playlist goes from a file to every player of the group, which fetches, checks and reports it', async () => {
  const link = await openFleetLink(settings, ['plazacast/v1/trust'])
  assert.equal((await pushTrust(link, settings.keys)).revision, 1)
  await link.close()
  const one = await startPlayer('wall-1', 'plaza')
  await startPlayer('wall-2', 'plaza')
  await startPlayer('wall-elsewhere', 'harbour')
  const heard: PublishProgress[] = []
  const outcome = await publish({
    settings,
    file: file(),
    report: (progress) => heard.push(progress),
    timeoutMs: 20_000,
  })
  assert.equal(outcome.kind, 'published')
  if (outcome.kind !== 'published') return
  await outcome.server?.stop()
  assert.deepEqual(Object.fromEntries(outcome.answers), {
    'wall-1': { kind: 'has', status: 'live' },
    'wall-2': { kind: 'has', status: 'live' },
  })
  assert.equal(outcome.complete, true)
  const sentBytes = outcome.server?.sentBytes() ?? 0
  assert.equal(sentBytes, 2 * outcome.pushed.totalBytes)
  const taken = one.playlists.get('plaza')
  assert.deepEqual(
    taken?.items.map(({ seconds, transition }) => ({ seconds, transition })),
    [
      { seconds: undefined, transition: { kind: 'cut' } },
      { seconds: 5, transition: { kind: 'fade', ms: 400 } },
    ],
  )
  const facts = Object.values(taken?.assets ?? {}).map(({ mediaType, width, height }) => ({ mediaType, width, height }))
  assert.deepEqual(facts, [
    { mediaType: 'video/mp4', width: 320, height: 160 },
    { mediaType: 'image/jpeg', width: 640, height: 360 },
  ])
  const statuses = heard.flatMap((one) => (one.kind === 'answer' && one.player === 'wall-1' ? [one.answer.kind] : []))
  assert.equal(statuses.at(-1), 'has')
})

test('each publication carries the next revision, also when the broker has forgotten the last one', async () => {
  const again = await publish({ settings, file: file(), timeoutMs: 20_000 })
  assert.equal(again.kind === 'published' && again.pushed.revision, 2)
  if (again.kind === 'published') await again.server?.stop()
  const link = await openFleetLink(settings)
  await link.broker.publish('plazacast/v1/groups/plaza/playlists/plaza', '', { retain: true })
  await link.close()
  const third = await publish({ settings, file: file(), timeoutMs: 20_000 })
  assert.equal(third.kind === 'published' && third.pushed.revision, 3)
  if (third.kind === 'published') await third.server?.stop()
})

test('a revision on the broker that nobody known has signed does not raise ours', async () => {
  const stranger = { ...settings, keys: join(folder, 'strange-keys') }
  await makeKeys(stranger.keys)
  const link = await openFleetLink(stranger)
  const payload = withdrawal('plaza', 'groups/plaza', Number.MAX_SAFE_INTEGER, new Date().toISOString())
  const forged = await signDocument('playlist', payload, [await privateKeyFor(stranger.keys, 'publisher')])
  await link.broker.publish('plazacast/v1/groups/plaza/playlists/plaza', JSON.stringify(forged), { retain: true })
  await link.close()
  const outcome = await publish({ settings, file: file(), timeoutMs: 20_000 })
  assert.equal(outcome.kind === 'published' && outcome.pushed.revision, 4)
  if (outcome.kind === 'published') await outcome.server?.stop()
})

test('keys of another fleet are told apart before anything is pushed', async () => {
  await assert.rejects(
    publish({ settings: { ...settings, keys: join(folder, 'strange-keys') }, file: file() }),
    hasMessage(/another fleet/),
  )
})

test('a revision that was used before is not used again', async () => {
  await assert.rejects(publish({ settings, file: file(), revision: 4 }), hasMessage(/4 is not newer than 4/))
})

test('a player that has seen a later revision than this machine knows of is shown with it', async () => {
  await publishFromForgetfulDesk(async (desk) => {
    const outcome = await publish({ settings: desk, file: file(), revision: 2, timeoutMs: 20_000 })
    assert.ok(outcome.kind === 'published')
    await outcome.server?.stop()
    assert.equal(outcome.complete, false)
    assert.deepEqual(outcome.answers.get('wall-1'), { kind: 'other', revision: 4 })
  })
})

test('a playlist that is not approved by enough keys is not pushed at all', async () => {
  const link = await openFleetLink(settings, ['plazacast/v1/trust'])
  try {
    await pushTrust(link, settings.keys, { needed: 2 })
    await assert.rejects(publish({ settings, file: file() }), hasMessage(/ has 1 of 2 approvals \(approver\)\./))
    await makeKeys(settings.keys, ['approver-lin'])
    await pushTrust(link, settings.keys)
  } finally {
    await link.close()
  }
  const outcome = await publish({ settings, file: file(), timeoutMs: 20_000 })
  assert.ok(outcome.kind === 'published')
  await outcome.server?.stop()
  assert.deepEqual(outcome.answers.get('wall-1'), { kind: 'has', status: 'live' })
})

test('publish signs the words of a playlist where trust asks for it, and only there', async () => {
  const said = join(folder, 'said.yaml')
  await writeFile(
    said,
    `${(await readFile(file(), 'utf8')).replace('id: plaza', 'id: said')}    caption: { en: Welcome }\n`,
  )
  const wordsOfApprovals = async (rule: 'approved' | 'free') => {
    const link = await openFleetLink(settings, ['plazacast/v1/trust'])
    await pushTrust(link, settings.keys, { words: rule }).finally(() => link.close())
    const outcome = await publish({ settings, file: said, timeoutMs: 20_000 })
    assert.ok(outcome.kind === 'published')
    await outcome.server?.stop()
    assert.deepEqual(outcome.answers.get('wall-1'), { kind: 'has', status: 'live' })
    const taken = players[0]?.playlists.get('said')
    return taken?.approvals.map((one) => statementOf(one)?.words)
  }
  const hash = wordsHash('{"caption":{"en":"Welcome"}}', nodeCrypto)
  assert.deepEqual(await wordsOfApprovals('approved'), [undefined, hash])
  assert.deepEqual(await wordsOfApprovals('free'), [undefined, undefined])
  await withdraw({ settings: { ...settings, target: undefined }, id: 'said', timeoutMs: 20_000 })
})

test('a player that is gone is shown as offline and does not hold the others up until the timeout', async () => {
  const lost = await startPlayer('wall-3', 'plaza')
  players.splice(players.indexOf(lost), 1)
  await lost.vanish()
  const outcome = await publish({ settings, file: file(), timeoutMs: 60_000 })
  assert.ok(outcome.kind === 'published')
  await outcome.server?.stop()
  assert.deepEqual(outcome.answers.get('wall-3'), { kind: 'offline', known: true })
  assert.deepEqual(outcome.answers.get('wall-1'), { kind: 'has', status: 'live' })
  assert.equal(outcome.complete, false)
})

test('withdrawing finds the target by itself, and every player says that it is gone', async () => {
  const outcome = await withdraw({ settings: { ...settings, target: undefined }, id: 'plaza', timeoutMs: 20_000 })
  assert.equal(outcome.pushed.target, 'groups/plaza')
  assert.deepEqual(outcome.answers.get('wall-1'), { kind: 'has', status: 'withdrawn' })
})

test('a file that changes while it is served is no longer given out', async () => {
  const path = join(folder, 'note.jpg')
  await writeFile(path, 'bytes')
  const shown = { ok: true, mediaType: 'image/jpeg', width: 1, height: 1 } as const
  const asset = await localAsset({ path, bytes: 5, shown })
  const server = await serveAssets([asset], { host: '127.0.0.1', port: 0 })
  try {
    assert.equal(await (await fetch(server.urlOf(asset))).text(), 'bytes')
    await appendFile(path, 'more')
    assert.equal((await fetch(server.urlOf(asset))).status, 410)
  } finally {
    await server.stop()
  }
})
