import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { publicPart } from '../../main/operator/signing.ts'
import { runCli } from '../operator/cli.ts'
import { makeClip } from '../support/clips.ts'
import { type PushedAsset, playlistOf, signed } from '../support/documents.ts'
import { type Stage, setStage } from '../support/stage.ts'

/** The folder in which sticks appear. */
const mountOf = (stage: Stage): string => join(stage.dataDir, 'mount')

async function watchSticks(stage: Stage, change: Record<string, unknown> = {}): Promise<void> {
  const file = join(stage.dataDir, 'kiosk.json')
  const before = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  await mkdir(mountOf(stage), { recursive: true })
  await writeFile(file, JSON.stringify({ ...before, usb: ['mount'], ...change }))
}

/** The city's keys as a folder that plazacast signs with. */
async function keysFolder(stage: Stage): Promise<string> {
  const folder = join(stage.dataDir, 'office')
  await mkdir(folder, { mode: 0o700 })
  for (const name of ['root', 'publisher', 'approver', 'operator'] as const) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(stage.city[name]), { mode: 0o600 })
    await writeFile(join(folder, `${name}.public.json`), JSON.stringify(publicPart(stage.city[name])))
  }
  return folder
}

async function reportOn(stage: Stage, pattern: RegExp): Promise<string> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const text = await readFile(join(mountOf(stage), 'plazacast-report.txt'), 'utf8').catch(() => '')
    if (pattern.test(text)) return text
    if (performance.now() > deadline) throw new Error(`the report does not say ${pattern}: ${text}`)
    await wait(100)
  }
}

test('a wall that never had a network plays what a stick from the office brings, and says on the stick that it is done', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  const film = await makeClip({ kind: 'film', item: 3, codec: 'h264', seconds: 1.5 })
  const yaml = join(stage.dataDir, 'square.yaml')
  await writeFile(yaml, `id: square\ntarget: groups/square\nitems:\n  - file: ${film.file}\n`)
  const office = join(stage.dataDir, 'stick-at-the-office')
  const env = { PLAZACAST_BROKER: stage.broker.url, PLAZACAST_KEYS: await keysFolder(stage), XDG_CONFIG_HOME: office }
  const bundled = await runCli(['bundle', yaml, '-o', office], env)
  assert.equal(bundled.code, 0, bundled.stdout + bundled.stderr)
  assert.match(bundled.stdout, /players\/wall\/site\n.*\n?.*3 documents and 1 file/s)
  assert.match(await readFile(join(office, 'plazacast-bundle/README.txt'), 'utf8'), /Put the stick into the player/)

  await watchSticks(stage, { broker: undefined })
  await stage.startKiosk()
  await rename(join(office, 'plazacast-bundle'), join(mountOf(stage), 'plazacast-bundle'))
  await stage.sees(3, 30_000)
  const report = await reportOn(stage, /^DONE: 3 documents taken, 0 refused; 1 of 1 files are on this player/)
  assert.match(
    report,
    /Accepted: trust\r\nAccepted: players\/wall\/site\r\nAccepted: groups\/square\/playlists\/square/,
  )
})

test('a hostile stick brings nothing onto the wall: forged, misnamed, linked and swapped things are refused and told', async (context) => {
  const stage = await setStage(context)
  const { city, observer } = stage
  await stage.found()
  const clip = async (item: number) => makeClip({ kind: 'film', item, codec: 'h264', seconds: 1.5 })
  const [one, two, three] = await Promise.all([clip(1), clip(2), clip(4)])
  await watchSticks(stage)
  await stage.startKiosk()
  await stage.push([await stage.origin.add(one.file, one.mediaType)])
  await stage.sees(1)
  const items = new Set<number>()
  const stop = stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))

  const stick = join(stage.dataDir, 'prepared/plazacast-bundle')
  const put = async (name: string, bytes: string | Buffer) => {
    await mkdir(dirname(join(stick, 'documents', name)), { recursive: true })
    await writeFile(join(stick, 'documents', name), bytes)
  }
  await mkdir(join(stick, 'assets'), { recursive: true })
  const [good, swapped] = (await Promise.all(
    [two, three].map((film) => stage.origin.add(film.file, film.mediaType)),
  )) as [PushedAsset, PushedAsset]
  const noAddress = (asset: PushedAsset): PushedAsset => ({ ...asset, urls: [] })
  const playlist = (id: string, assets: PushedAsset[]) => playlistOf(assets.map(noAddress), [city.approver], { id })
  await put(
    'players/wall/playlists/forged.json',
    await signed('playlist', await playlist('forged', [good]), city.stranger),
  )
  await put('players/wall/playlists/garbled.json', '{"payload":')
  await put(
    'players/wall/playlists/swapped.json',
    await signed('playlist', await playlist('swapped', [swapped]), city.publisher),
  )
  await put('players/wall/commands.json', '{}')
  await put('players/other/playlists/theirs.json', '{}')
  await cp(two.file, join(stick, 'assets', good.asset.slice(7)))
  await symlink(three.file, join(stick, 'assets', swapped.asset.slice(7)))
  await symlink('/etc', join(stick, 'documents/groups'))
  await writeFile(join(stick, 'assets/virus.exe'), 'x')
  await rename(stick, join(mountOf(stage), 'plazacast-bundle'))

  const verdict = await observer.untilEvent(
    ({ code, message }) => code === 'usb-refused' && /documents taken/.test(message),
  )
  assert.match(verdict.message, /1 documents taken, 2 refused; 0 of 0 files/)
  const report = await reportOn(stage, /^NOT ALL WAS TAKEN/)
  assert.match(report, /REFUSED: players\/wall\/playlists\/forged: no key that trust vouches for/)
  assert.match(report, /Left out: players\/wall\/commands is no document for a stick/)
  assert.match(report, /Not for this wall: players\/other\/playlists\/theirs/)
  assert.match(report, /Left out: documents\/"groups" is no document\./)
  assert.match(report, /Left out: assets\/"virus\.exe" is not named by a hash\./)

  // The same signed playlist, now with a file of the right name and size, and other bytes.
  const bytes = Buffer.alloc(swapped.bytes, (await readFile(two.file)).subarray(0, swapped.bytes))
  const second = join(stage.dataDir, 'prepared/second')
  await cp(join(mountOf(stage), 'plazacast-bundle'), second, { recursive: true, verbatimSymlinks: true })
  await rename(join(mountOf(stage), 'plazacast-bundle'), join(stage.dataDir, 'prepared/first'))
  await rename(join(second, 'assets', swapped.asset.slice(7)), join(second, 'link'))
  await writeFile(join(second, 'assets', swapped.asset.slice(7)), bytes)
  await rename(second, join(mountOf(stage), 'plazacast-bundle'))
  await observer.untilEvent(({ code, about }) => code === 'asset-hash-mismatch' && about.asset === swapped.asset)
  await reportOn(stage, /NOT TAKEN: assets\/[0-9a-f]{64}: has the hash/)
  await stage.sees(1)
  stop()
  assert.deepEqual([...items], [1])
})
