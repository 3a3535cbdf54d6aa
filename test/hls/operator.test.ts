import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { imageSizeFromFile } from 'image-size/fromFile'
import { publicPart } from '../../main/operator/signing.ts'
import { runCli } from '../operator/cli.ts'
import { eventually } from '../support/player-rig.ts'
import { folderFor, type HlsRig, makeHlsFilm, setHlsRig } from './hls-rig.ts'

/** An operator's desk beside a wall: a folder with the city's keys, and the command line. */
async function setDesk(t: TestContext, rig: HlsRig) {
  const folder = await folderFor(t)
  const keys = join(folder, 'keys')
  await mkdir(keys, { mode: 0o700 })
  for (const name of ['root', 'publisher', 'approver', 'operator'] as const) {
    await writeFile(join(keys, `${name}.json`), JSON.stringify(rig.city[name]), { mode: 0o600 })
    await writeFile(join(keys, `${name}.public.json`), JSON.stringify(publicPart(rig.city[name])))
  }
  const env = { PLAZACAST_BROKER: rig.broker.url, PLAZACAST_KEYS: keys, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
  return { folder, run: (...args: string[]) => runCli(args, env) }
}

test('an approver sees frames of an encrypted HLS film, how many files it has and how large they are', async (t) => {
  const rig = await setHlsRig(t)
  const { folder, run } = await setDesk(t, rig)
  const index = await makeHlsFilm(await folderFor(t), 'encrypted')
  const approved = await run('approve', index, '--output', join(folder, 'approvals.json'), '--yes')
  assert.equal(approved.code, 0, approved.stdout + approved.stderr)
  assert.match(approved.stdout, /HLS film, 160×90, 3 s, 5 files, [0-9.]+ [KM]B/)
  const [sheet = ''] = await readdir(join(folder, 'contact-sheets'))
  const { width, height } = await imageSizeFromFile(join(folder, 'contact-sheets', sheet))
  assert.ok((width ?? 0) > 1000 && (height ?? 0) > 400, 'twelve frames in rows of four')
})

test('a live stream is approved for a time only, and published with that', async (t) => {
  const rig = await setHlsRig(t)
  const { folder, run } = await setDesk(t, rig)
  const yaml = join(folder, 'square.yaml')
  const url = 'http://127.0.0.1:9/live.m3u8'
  await writeFile(yaml, `id: square\ntarget: players/wall\nitems:\n  - stream: ${url}\n`)
  const endless = await run('publish', yaml, '--timeout', '20')
  assert.equal(endless.code, 2)
  assert.match(endless.stderr + endless.stdout, /4:\d+: items\[0\].seconds: is missing; a live stream needs a duration/)
  await writeFile(yaml, `id: square\ntarget: players/wall\nitems:\n  - stream: ${url}\n    seconds: 20\n`)
  const alone = await run('publish', yaml, '--timeout', '20')
  assert.equal(alone.code, 2)
  assert.match(alone.stderr, /a live stream needs approvals that say from when until when/)
  const output = join(folder, 'approvals.json')
  const always = await run('approve', '--playlist', yaml, '--output', output, '--yes')
  assert.equal(always.code, 2)
  assert.match(always.stderr, /a live stream is approved for a time only: add --from and --until/)
  const limits = ['--from', '2026-01-01T00:00:00Z', '--until', '2099-01-01T00:00:00Z']
  const approved = await run('approve', '--playlist', yaml, '--output', output, '--yes', ...limits)
  assert.equal(approved.code, 0, approved.stderr)
  assert.match(approved.stdout, /live stream: only its address is approved/)
  const published = await run('publish', yaml, '--approvals', output, '--timeout', '60')
  assert.equal(published.code, 0, published.stdout + published.stderr)
  const [showing] = rig.showings()
  assert.deepEqual([showing?.stream, showing?.seconds], ['live', 20])
})

test('publish sends an HLS film to a wall and waits until all of it is there', async (t) => {
  const rig = await setHlsRig(t)
  const { folder, run } = await setDesk(t, rig)
  const index = await makeHlsFilm(folder, 'fmp4')
  const yaml = join(folder, 'square.yaml')
  await writeFile(yaml, `id: square\ntarget: players/wall\nitems:\n  - file: ${index}\n`)
  const published = await run('publish', yaml, '--timeout', '60')
  assert.equal(published.code, 0, published.stdout + published.stderr)
  assert.equal(rig.showings()[0]?.stream, 'on-demand')
  const elsewhere = await run('publish', yaml, '--timeout', '1', '--assets-url', 'http://127.0.0.1:9/cdn')
  const uploads = [
    ...elsewhere.stderr.matchAll(/Upload (\S+) there/g),
    ...elsewhere.stdout.matchAll(/Upload (\S+) there/g),
  ]
  const files = uploads.map(([, file]) => file ?? '')
  assert.equal(files.length, 6, 'the manifest, the playlist, the first part and three segments')
  const manifest = files.find((file) => file.endsWith('/manifest.json')) ?? ''
  assert.equal(JSON.parse(await readFile(manifest, 'utf8')).kind, 'hls-set')
  await rm(dirname(manifest), { recursive: true })
})

test('a stick brings an HLS film to a wall, and is done when all of it is there', async (t) => {
  const rig = await setHlsRig(t)
  const { folder, run } = await setDesk(t, rig)
  const index = await makeHlsFilm(folder, 'variants with sound apart')
  const yaml = join(folder, 'square.yaml')
  await writeFile(yaml, `id: square\ntarget: players/wall\nitems:\n  - file: ${index}\n`)
  await rig.site()
  await rig.observer.untilState(({ site }) => site === 1)
  const bundled = await run('bundle', yaml, '-o', folder)
  assert.equal(bundled.code, 0, bundled.stdout + bundled.stderr)
  await rename(join(folder, 'plazacast-bundle'), join(rig.mount, 'plazacast-bundle'))
  const { message } = await rig.observer.untilEvent(({ code }) => code === 'usb-done' || code === 'usb-refused', 30_000)
  assert.match(message, /11 of 11 files are on this player/)
  await eventually('the film is in the loop', () => rig.showings()[0]?.stream === 'on-demand', 20_000)
})
