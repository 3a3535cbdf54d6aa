import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { imageSizeFromFile } from 'image-size/fromFile'
import { drawSheetWithFfmpeg } from '../../main/adapters/sheet-ffmpeg.ts'
import { readApprovals } from '../../main/operator/approving.ts'
import { makeKeys } from '../../main/operator/keys.ts'
import { sheetFrames, timeCode } from '../../shared/operator/sheet-frames.ts'
import { makeClip } from '../support/clips.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { runCli } from './cli.ts'
import { type StandInPlayer, startStandInPlayer } from './stand-in-player.ts'
import { startTyped } from './typed-cli.ts'

let broker: Mosquitto
let folder: string
let env: Record<string, string>
let player: StandInPlayer
let film: string
let photo: string

before(async () => {
  broker = await startMosquitto()
  folder = await mkdtemp(join(tmpdir(), 'plazacast-approve-'))
  const keys = join(folder, 'keys')
  env = { PLAZACAST_BROKER: broker.url, PLAZACAST_KEYS: keys, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
  await makeKeys(keys, ['root', 'publisher', 'operator'])
  for (const name of ['approver-lin', 'approver-wu']) {
    await makeKeys(join(folder, name), [name])
    await copyFile(join(folder, name, `${name}.public.json`), join(keys, `${name}.public.json`))
  }
  const rootKey = (await makeKeys(keys, ['root']))[0]?.jwk
  assert.ok(rootKey)
  const trusted = await runCli(['trust', '--needed', '2'], env)
  assert.equal(trusted.code, 0, trusted.stderr)
  player = await startStandInPlayer({ url: broker.url, id: 'wall-1', rootKey })
  film = (await makeClip({ kind: 'film', item: 5, codec: 'h264', seconds: 3 })).file
  photo = (await makeClip({ kind: 'photo', item: 6, format: 'jpeg' })).file
})

after(async () => {
  await player.stop()
  await broker.stop()
  await rm(folder, { recursive: true, force: true })
})

const at = (name: string) => ({ ...env, PLAZACAST_KEYS: join(folder, name) })
const approve = (name: string, output: string, ...more: string[]) =>
  runCli(['approve', film, photo, '--output', join(folder, output), '--yes', '--without-sheet', ...more], at(name))

test('an approver is shown the facts and a contact sheet of each file, and asked', async () => {
  const output = join(folder, 'asked.json')
  const typed = startTyped(['approve', film, photo, '--output', output], at('approver-lin'))
  await typed.sees('video/mp4, 640×360')
  await typed.sees('Approve 2 files? [y/N] ')
  typed.type('n\r')
  assert.equal(await typed.ended, 1)
  assert.equal(await stat(output).catch(() => 'none'), 'none')
  const sheets = [...typed.text().matchAll(/Look at (\S+\.jpg)/g)].map(([, file]) => file ?? '')
  assert.equal(sheets.length, 2)
  const sizes = await Promise.all(sheets.map((file) => imageSizeFromFile(file)))
  assert.deepEqual(
    sizes.map(({ type, width, height }) => [type, width, height > 400]),
    [
      ['jpg', 1296, true],
      ['jpg', 1296, true],
    ],
  )
})

test('without a browser ffmpeg draws the frames of a film', async () => {
  const request = { path: film, servedName: 'a.mp4', isFilm: true, lines: [], frames: sheetFrames(3) }
  const file = join(folder, 'ffmpeg.jpg')
  await writeFile(file, await drawSheetWithFfmpeg(request))
  const { width, height } = await imageSizeFromFile(file)
  assert.deepEqual([width, height], [1216, 912])
})

test('the moments on a sheet are spread over the film, and told as time codes', () => {
  const moments = sheetFrames(24)
  assert.deepEqual([moments.length, moments[0]?.text, moments.at(-1)?.text], [12, '0:01.0', '0:23.0'])
  assert.deepEqual([0, 59.96, 61.25, 3723.4].map(timeCode), ['0:00.0', '0:59.9', '1:01.2', '1:02:03.4'])
})

test('where nobody can be asked, approving takes a --yes', async () => {
  const run = await runCli(
    ['approve', photo, '--without-sheet', '--output', join(folder, 'x.json')],
    at('approver-lin'),
  )
  assert.deepEqual([run.code, /no terminal to ask on: say --yes/.test(run.stderr)], [2, true])
})

test('two approvers sign the same statements on two machines, and publish says until then what is lacking', async () => {
  const lin = await approve('approver-lin', 'lin.json')
  assert.equal(lin.code, 0, lin.stderr)
  const playlist = join(folder, 'square.yaml')
  await writeFile(
    playlist,
    `id: square\ntarget: players/wall-1\nitems:\n  - file: ${film}\n  - file: ${photo}\n    seconds: 5\n`,
  )
  const tooFew = await runCli(['publish', playlist, '--approvals', join(folder, 'lin.json')], env)
  assert.equal(tooFew.code, 2)
  assert.match(tooFew.stderr, /\.mp4 has 1 of 2 approvals \(approver-lin\)\.\n.*\.jpe?g has 1 of 2 approvals/)

  const wu = await approve('approver-wu', 'both.json', '--approvals', join(folder, 'lin.json'))
  assert.equal(wu.code, 0, wu.stderr)
  const both = await readApprovals(join(folder, 'both.json'))
  assert.deepEqual(
    both.map(({ signatures }) => signatures.length),
    [2, 2],
  )
  const published = await runCli(['publish', playlist, '--approvals', join(folder, 'both.json')], env)
  assert.equal(published.code, 0, published.stdout + published.stderr)
  assert.equal(player.playlists.get('square')?.approvals.length, 2)
})

test('where trust asks for it, the words of a playlist are shown, signed, and counted', async () => {
  const pushed = await runCli(['trust', 'words', 'approved'], env)
  assert.equal(pushed.code, 0, pushed.stdout + pushed.stderr)
  assert.match(pushed.stdout, /Captions, credits, hashtags and QR codes need approvals, too/)
  assert.match((await runCli(['trust', 'show'], env)).stdout, /hashtags and QR codes need as many/)
  const playlist = join(folder, 'spoken.yaml')
  const write = (caption: string) =>
    writeFile(
      playlist,
      `id: spoken\ntarget: players/wall-1\ndefaults: { hashtag: '#plaza' }\nitems:\n  - file: ${film}\n    credit: { place: { en: Jiefangbei } }\n  - file: ${photo}\n    seconds: 5\n    caption: { en: ${caption}, zh: 一锅 }\n    qr: https://city.example/pot\n`,
    )
  await write('One pot')
  const silent = await runCli(['publish', playlist, '--approvals', join(folder, 'both.json')], env)
  assert.equal(silent.code, 2)
  assert.match(silent.stderr, /with the words \{"caption":\{"en":"One pot","zh":"一锅"\}.* has 0 of 2 approvals\./)

  const sign = (name: string, output: string, ...more: string[]) => {
    const args = ['--playlist', playlist, '--output', join(folder, output), '--yes', '--without-sheet', ...more]
    return runCli(['approve', ...args], at(name))
  }
  const lin = await sign('approver-lin', 'words-lin.json')
  assert.equal(lin.code, 0, lin.stderr)
  assert.match(lin.stdout, / says:\n {2}caption en: One pot\n {2}caption zh: 一锅\n {2}hashtag: #plaza\n {2}qr: https:/)
  assert.match(lin.stdout, /credit place en: Jiefangbei\n/)
  await sign('approver-wu', 'words.json', '--approvals', join(folder, 'words-lin.json'))
  const published = await runCli(['publish', playlist, '--approvals', join(folder, 'words.json')], env)
  assert.equal(published.code, 0, published.stdout + published.stderr)
  assert.deepEqual(
    player.playlists.get('spoken')?.approvals.map(({ signatures }) => signatures.length),
    [2, 2],
  )

  await write('Two pots')
  const changed = await runCli(['publish', playlist, '--approvals', join(folder, 'words.json')], env)
  assert.equal(changed.code, 2)
  assert.match(changed.stderr, /"Two pots".* has 0 of 2 approvals\./)
  assert.equal((await runCli(['approve'], at('approver-lin'))).code, 2)
})

test('files of approvals that were signed apart are merged: the same statement becomes one', async () => {
  const lin = join(folder, 'lin.json')
  await approve('approver-wu', 'wu-after-lin.json', '--approvals', lin)
  await approve('approver-wu', 'wu-alone.json', '--until', '2031-01-01')
  const output = join(folder, 'merged.json')
  const files = [lin, join(folder, 'wu-after-lin.json'), join(folder, 'wu-alone.json'), lin]
  const merged = await runCli(['approvals', 'merge', ...files, '-o', output], env)
  assert.equal(merged.code, 0, merged.stderr)
  const signatures = (await readApprovals(output)).map((one) => one.signatures.length)
  assert.deepEqual(signatures, [2, 2, 1, 1])
  const shown = await runCli(['approvals', 'show', output], env)
  assert.match(shown.stdout, /video\/mp4 +until 2031-01-01T00:00:00.000Z/)
  const [first] = await readApprovals(lin)
  assert.ok((await readFile(output, 'utf8')).includes(first?.payload ?? '-'))
})
