import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { hexOf } from '../../shared/asset-name.ts'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { type Attack, attackOf } from '../attack/attack.ts'
import type { ForgeKey } from '../attack/forge.ts'
import { accepted, acceptedRevision, approve, genuine, keys, playlistPayload, rootKeys } from '../attack/world.ts'
import { makeClip } from '../support/clips.ts'
import { approvalOf, type PushedAsset, playlistOf, signed, trustOf } from '../support/documents.ts'
import { type Stage, setStage } from '../support/stage.ts'

const topic = 'plazacast/v1/players/wall/playlists/friends'

/** The right event is out within this time (a promise of SECURITY.md's drills, not of a machine's speed). */
const eventWithinMs = 5_000

async function film(stage: Stage, item: number, seconds = 1.5): Promise<PushedAsset> {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds })
  return stage.origin.add(clip.file, clip.mediaType)
}

/** Every item that is on the wall from now on. */
function itemsOn(stage: Stage): Set<number> {
  const items = new Set<number>()
  stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))
  return items
}
const refusal = (code: string) => (event: PlayerEvent) => event.code === 'document-refused' && event.about.code === code

/** What an observer can publish and read: a topic without wildcards, on which it does not expect a report. */
const canBeSent = ({ topic: where, bytes }: Attack): boolean =>
  where.startsWith('plazacast/v1/') &&
  !/[+#\0]/.test(where) &&
  bytes.length < 100_000 &&
  !/^plazacast\/v1\/players\/[^/]*\/[^/]*$/.test(where)

test('three hundred attacks on a running wall: nothing outside the signed set is seen, and the next push plays', async (context) => {
  const stage = await setStage(context)
  const config = JSON.parse(await readFile(join(stage.dataDir, 'kiosk.json'), 'utf8'))
  await writeFile(join(stage.dataDir, 'kiosk.json'), JSON.stringify({ ...config, rootKeys }))
  const [one, two, evil] = [await film(stage, 1), await film(stage, 2), await film(stage, 66)]
  const push = (revision: number, asset: PushedAsset, approvers: ForgeKey[], ...by: ForgeKey[]) => {
    const { asset: name, ...facts } = asset
    const approvals = approvers.length > 0 ? [approve(asset, approvers)] : []
    return genuine('playlist', playlistPayload(revision, [asset], { assets: { [name]: facts }, approvals }), ...by)
  }
  const both = [keys.approver1, keys.approver2]
  for (const document of accepted.slice(0, 3)) await stage.observer.publish(document.topic, document.bytes)
  await stage.startKiosk()
  const send = (document: { topic: string; bytes: Uint8Array }) =>
    stage.observer.publish(document.topic, document.bytes)
  await send(push(acceptedRevision, one, both, keys.publisher))
  await stage.sees(1)
  const items = itemsOn(stage)

  const attacks: Attack[] = []
  for (let seed = 0; attacks.length < 300; seed += 1) {
    const attack = attackOf(seed)
    if (attack.expected === 'refused' && canBeSent(attack)) attacks.push(attack)
  }
  for (const attack of attacks) await send(attack)
  // The same with a film that is really there to be fetched.
  const next = acceptedRevision + 1
  const others = [keys.stranger, keys.revokedApprover, keys.lapsedApprover, keys.publisher, keys.emergency]
  await send(push(next, evil, [], keys.publisher))
  for (const other of others) await send(push(next, evil, [keys.approver1, other], keys.publisher))
  for (const by of [keys.stranger, keys.revokedPublisher, keys.approver1, keys.operator, keys.lapsedPublisher])
    await send(push(next, evil, both, by))
  await stage.observer.untilEvent(refusal('not-approved'))

  await send(push(next, two, both, keys.publisher))
  await stage.sees(2)
  assert.deepEqual([...items].toSorted(), [1, 2])
})

test('drill: a broker that was taken over forgets everything, and replays what is old; the wall goes on', async (context) => {
  const stage = await setStage(context)
  const { city, observer } = stage
  await stage.found()
  await stage.startKiosk()
  const [one, two] = [await film(stage, 1), await film(stage, 2)]
  await stage.push([two], { revision: 1 })
  await stage.sees(2)
  await stage.push([one], { revision: 2 })
  await stage.sees(1)
  await stage.broker.kill()
  await stage.broker.start()
  await observer.untilPresence(({ online }) => online)
  const items = itemsOn(stage)
  const old = await signed('playlist', await playlistOf([two], [city.approver], { revision: 1 }), city.publisher)
  for (const again of [old, new Uint8Array(), old, old]) await observer.publish(topic, again)
  await observer.untilEvent(refusal('stale'), eventWithinMs)
  for (let look = 0; look < 3; look += 1) await stage.sees(1)
  assert.deepEqual([...items], [1])
})

test('drill: a web server that was taken over serves another film under every address; it is never seen', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  await stage.push([await film(stage, 1)])
  await stage.sees(1)
  const evil = await makeClip({ kind: 'film', item: 66, codec: 'h264', seconds: 1.5 })
  const good = await makeClip({ kind: 'film', item: 2, codec: 'h264', seconds: 1.5 })
  const swapped = await stage.origin.add(good.file, good.mediaType, await readFile(evil.file))
  const items = itemsOn(stage)
  await stage.push([await film(stage, 1), swapped], { revision: 2 })
  const bad = (code: string) => code === 'asset-hash-mismatch' || code === 'asset-download-failed'
  await stage.observer.untilEvent(({ code }) => bad(code), eventWithinMs)
  for (let look = 0; look < 3; look += 1) await stage.sees(1)
  assert.deepEqual([...items], [1])
})

test('drill: a publisher’s key was stolen; nothing that is not approved is seen', async (context) => {
  const stage = await setStage(context)
  const { city, observer } = stage
  await stage.found()
  await stage.startKiosk()
  const [one, evil] = [await film(stage, 1), await film(stage, 66)]
  await stage.push([one])
  await stage.sees(1)
  const items = itemsOn(stage)
  const steal = async (by: (typeof city.publisher)[], more: Parameters<typeof playlistOf>[2]) =>
    observer.publish(
      topic,
      await signed('playlist', await playlistOf([evil], by, { revision: 2, ...more }), city.publisher),
    )
  await steal([], {})
  await steal([city.publisher], {})
  await steal([], { approvals: [await approvalOf(one, [city.approver])] })
  await observer.untilEvent(refusal('not-approved'), eventWithinMs)
  await steal([], { priority: 'emergency', entry: 'now' })
  await observer.untilEvent(refusal('missing-role'), eventWithinMs)
  for (let look = 0; look < 3; look += 1) await stage.sees(1)
  assert.deepEqual([...items], [1])
})

test('drill: one of two approvers’ keys was stolen, and the publisher’s; with two approvals needed nothing comes of it', async (context) => {
  const stage = await setStage(context)
  const { city, observer } = stage
  await stage.found()
  await observer.publish(
    'plazacast/v1/trust',
    await signed('trust', trustOf(city, { revision: 2, approvals: { needed: 2 } }), city.root),
  )
  await stage.startKiosk()
  const [one, two, evil] = [await film(stage, 1), await film(stage, 2), await film(stage, 66)]
  const push = async (asset: PushedAsset, revision: number, ...by: (typeof city.approver)[]) =>
    observer.publish(topic, await signed('playlist', await playlistOf([asset], by, { revision }), city.publisher))
  await push(one, 1, city.approver, city.approver2)
  await stage.sees(1)
  const items = itemsOn(stage)
  await push(evil, 2, city.approver)
  await push(evil, 2, city.approver, city.approver)
  await push(evil, 2, city.approver, city.publisher, city.emergency, city.operator)
  await observer.untilEvent(refusal('not-approved'), eventWithinMs)
  await stage.sees(1)
  await push(two, 2, city.approver2, city.approver)
  await stage.sees(2)
  assert.deepEqual([...items].toSorted(), [1, 2])
})

test('drill: a film on the disk is replaced by hand by another; it is never seen, said, and fetched again', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const [one, two] = [await film(stage, 1), await film(stage, 2)]
  await stage.push([one, two])
  for (const item of [1, 2]) await stage.sees(item)
  const evil = await makeClip({ kind: 'film', item: 66, codec: 'h264', seconds: 1.5 })
  const items = itemsOn(stage)
  const fetchedBefore = stage.origin.requests.length
  const hex = hexOf(two.asset)
  await writeFile(join(stage.dataDir, 'assets', hex.slice(0, 2), hex), await readFile(evil.file))
  await stage.observer.untilEvent(
    ({ code, about }) => code === 'asset-damaged' && about.asset === two.asset,
    eventWithinMs,
  )
  for (const item of [1, 2, 1, 2]) await stage.sees(item)
  assert.ok(stage.origin.requests.length > fetchedBefore, 'it was fetched again')
  assert.deepEqual([...items].toSorted(), [1, 2])
})
