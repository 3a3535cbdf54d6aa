import assert from 'node:assert/strict'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { runCli, startCli } from './cli.ts'
import { openDesk } from './desk.ts'

const { broker, folder, keys, env, player, close } = await openDesk('commands')
after(close)

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('keys are made once, closed to others, and their private parts are never shown', async () => {
  const own = { ...env, PLAZACAST_KEYS: join(folder, 'own') }
  const first = await runCli(['keys'], own)
  assert.equal(first.code, 0, first.stderr)
  const names = (await readdir(own.PLAZACAST_KEYS)).sort()
  const purposes = ['approver', 'emergency', 'operator', 'publisher', 'root']
  assert.deepEqual(names, purposes.flatMap((name) => [`${name}.json`, `${name}.public.json`]).sort())
  assert.equal((await stat(own.PLAZACAST_KEYS)).mode & 0o777, 0o700)
  for (const name of purposes) {
    const path = join(own.PLAZACAST_KEYS, `${name}.json`)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    const { d } = JSON.parse(await readFile(path, 'utf8')) as { d: string }
    assert.ok(!`${first.stdout}${first.stderr}`.includes(d))
  }
  const before = await Promise.all(names.map((name) => readFile(join(own.PLAZACAST_KEYS, name), 'utf8')))
  const second = await runCli(['keys', '--json'], own)
  assert.deepEqual(
    jsonLines(second.stdout).map(({ made }) => made),
    purposes.map(() => false),
  )
  assert.deepEqual(await Promise.all(names.map((name) => readFile(join(own.PLAZACAST_KEYS, name), 'utf8'))), before)
})

test('with a passphrase the private keys lie encrypted, and only the passphrase opens them', async () => {
  const locked = { ...env, PLAZACAST_KEYS: join(folder, 'locked'), PLAZACAST_KEY_PASSPHRASE: 'correct horse' }
  assert.equal((await runCli(['keys', 'approver'], locked)).code, 0)
  const text = await readFile(join(folder, 'locked/approver.json'), 'utf8')
  assert.ok(!('d' in (JSON.parse(text) as object)) && text.includes('ciphertext'))
  const photo = (await makeClip({ kind: 'photo', item: 2, format: 'png' })).file
  const approve = ['approve', photo, '--output', join(folder, 'locked.json'), '--yes', '--without-sheet']
  assert.equal((await runCli(approve, locked)).code, 0)
  const without = await runCli(approve, { ...locked, PLAZACAST_KEY_PASSPHRASE: '' })
  assert.deepEqual([without.code, /is locked: set PLAZACAST_KEY_PASSPHRASE/.test(without.stderr)], [1, true])
  const wrong = await runCli(approve, { ...locked, PLAZACAST_KEY_PASSPHRASE: 'other' })
  assert.deepEqual([wrong.code, /does not open/.test(wrong.stderr)], [1, true])
})

test('a private key that others can read is not used', async () => {
  const open = { ...env, PLAZACAST_KEYS: join(folder, 'open') }
  await runCli(['keys', 'root'], open)
  await chmod(join(folder, 'open/root.json'), 0o644)
  const run = await runCli(['trust'], open)
  assert.equal(run.code, 1)
  assert.match(run.stderr, /can be read by others. Close it with: chmod 600 .*root\.json/)
})

test('site, publish and watch take a wall from its keys to a playlist, each with exit code 0', async () => {
  const site = [
    'site',
    'wall-1',
    '--name',
    '解放碑 north',
    '--time-zone',
    'Asia/Shanghai',
    '--group',
    'plaza',
    '--place',
  ]
  const placed = await runCli([...site, 'Jiefangbei', '--latitude', '29.557', '--longitude', '106.577'], env)
  assert.equal(placed.code, 0, placed.stderr)
  assert.match(placed.stdout, /wall-1: in force/)
  const renamed = await runCli(['site', 'wall-1', '--name', '解放碑'], env)
  assert.equal(renamed.code, 0)
  const { name, groups, revision, timeZone, place } = player.site() ?? assert.fail('no site came')
  assert.deepEqual([name, groups, revision, timeZone], ['解放碑', ['plaza'], 2, 'Asia/Shanghai'])
  assert.deepEqual(place, { label: 'Jiefangbei', latitude: 29.557, longitude: 106.577 })

  const playlist = await photoPlaylist('shown', 'groups/plaza')
  const published = await runCli(['publish', playlist, '--json'], env)
  assert.equal(published.code, 0, published.stdout)
  const events = jsonLines(published.stdout)
  assert.deepEqual(
    events.map(({ event }) => event).filter((event) => event !== 'answer'),
    ['serving', 'pushed', 'result'],
  )
  assert.deepEqual(events.at(-1), {
    event: 'result',
    complete: true,
    players: { 'wall-1': { kind: 'has', status: 'live' } },
  })

  const watched = await runCli(['watch', '--once'], env)
  assert.equal(watched.code, 0)
  assert.match(watched.stdout, /wall-1 \(解放碑\) +since .*shown r1 live/)
  const [report] = jsonLines((await runCli(['watch', '--once', '--json'], env)).stdout)
  assert.deepEqual([report?.player, report?.online, report?.groups], ['wall-1', true, ['plaza']])
})

test('watch shows a change as it happens and ends cleanly with Ctrl+C', async () => {
  const watch = startCli(['watch', '--json'], env)
  await watch.line((line) => line.includes('"wall-1"'))
  const published = await runCli(['publish', await photoPlaylist('later', 'players/wall-1')], env)
  assert.equal(published.code, 0, published.stderr)
  await watch.line((line) => line.includes('"later"') && line.includes('"live"'))
  watch.child.kill('SIGINT')
  assert.deepEqual([(await watch.ended).code, (await watch.ended).stderr], [0, ''])
})

test('publish that is interrupted while it waits ends at once with exit code 130', async () => {
  const publish = startCli(['publish', await photoPlaylist('nobody', 'players/wall-9'), '--json'], env)
  await publish.line((line) => line.includes('"offline"'))
  publish.child.kill('SIGINT')
  assert.equal((await publish.ended).code, 130)
})

test('a group without players is an exit code 1 and a sentence', async () => {
  const run = await runCli(['publish', await photoPlaylist('lonely', 'groups/plzaa'), '--timeout', '1'], env)
  assert.equal(run.code, 1)
  assert.match(run.stdout, /No player of groups\/plzaa is known on this broker/)
})

test('with --keep-serving the files stay to be had until Ctrl+C', async () => {
  const args = ['publish', await photoPlaylist('kept', 'players/wall-1'), '--keep-serving']
  const publish = startCli(args, env)
  const line = await publish.line((one) => one.startsWith('Serving on '))
  const origin = /http:\S+/.exec(line)?.[0] ?? ''
  const asset = Object.keys(player.playlists.get('kept')?.assets ?? {})[0] ?? ''
  const head = await fetch(`${origin}/${asset.slice('sha256:'.length)}.jpg`, { headers: { Range: 'bytes=2-5' } })
  assert.deepEqual([head.status, (await head.arrayBuffer()).byteLength], [206, 4])
  publish.child.kill('SIGINT')
  assert.equal((await publish.ended).code, 0)
})

test('files that lie elsewhere are pushed with their addresses there, and what is missing there is named', async () => {
  const args = [
    'publish',
    await photoPlaylist('cdn', 'players/wall-9'),
    '--assets-url',
    `${broker.url.replace('mqtt', 'http')}/walls/`,
  ]
  const run = await runCli([...args, '--timeout', '0', '--json'], env)
  const lines = jsonLines(run.stdout)
  const warning = lines.find(({ event }) => event === 'warning')
  assert.match(String(warning?.message), /\/walls\/[0-9a-f]{64}\.jpg cannot be reached from here .*Upload \//)
  assert.ok(lines.some(({ event }) => event === 'pushed'))
  assert.ok(!lines.some(({ event }) => event === 'serving'))
})

test('approvals of another approver are taken in place of our own', async () => {
  const desk = { ...env, PLAZACAST_KEYS: join(folder, 'desk') }
  const playlist = await photoPlaylist('approved', 'players/wall-1')
  const photo = (await makeClip({ kind: 'photo', item: 7, format: 'jpeg' })).file
  await runCli(['keys', 'approver-lin'], env)
  assert.equal((await runCli(['trust'], env)).code, 0)
  await runCli(['keys', 'root'], desk) // only for its folder: the desk gets the fleet's root and publisher, and no approver
  for (const name of ['root.json', 'root.public.json', 'publisher.json', 'publisher.public.json', 'revisions.json']) {
    await writeFile(join(folder, 'desk', name), await readFile(join(keys, name)), { mode: 0o600 })
  }
  await rm(join(folder, 'desk/root.json'))
  const without = await runCli(['publish', playlist], desk)
  assert.deepEqual([without.code, /There is no approver key/.test(without.stderr)], [2, true])
  const output = join(folder, 'approvals.json')
  const approved = await runCli(
    ['approve', photo, '--key', 'approver-lin', '--output', output, '--yes', '--without-sheet'],
    env,
  )
  assert.equal(approved.code, 0, approved.stderr)
  const published = await runCli(['publish', playlist, '--approvals', output], desk)
  assert.equal(published.code, 0, published.stdout + published.stderr)
})

test('a wrong playlist is exit code 2, with every mistake at its line, and nothing is pushed', async () => {
  const path = join(folder, 'wrong.yaml')
  await writeFile(path, 'id: wrong\nitems:\n  - file: nowhere.mp4\n    secnds: 3\n')
  const run = await runCli(['publish', path], env)
  assert.equal(run.code, 2)
  assert.match(
    run.stderr,
    /wrong\.yaml:3:11: items\[0\]\.file: nowhere\.mp4 is not there.*\n.*wrong\.yaml:4:5: items\[0\]\.secnds: .*did you mean seconds\?/,
  )
  const asJson = jsonLines((await runCli(['publish', path, '--json'], env)).stdout)
  assert.deepEqual(
    asJson.map(({ line, column, field }) => [line, column, field]),
    [
      [3, 11, 'items[0].file'],
      [4, 5, 'items[0].secnds'],
    ],
  )
})

test('a target that is neither a group nor a player is refused with what may have been meant', async () => {
  const run = await runCli(['publish', await photoPlaylist('aimless', 'groups/plaza'), '--target', 'plaza'], env)
  assert.equal(run.code, 2)
  assert.match(run.stderr, /The target "plaza" is neither groups\/NAME nor players\/ID\. Is it groups\/plaza\?/)
})

const wrongCalls: readonly (readonly [args: string[], code: number, sentence: RegExp])[] = [
  [['publsh'], 2, /unknown command 'publsh'.*\n.*Did you mean publish/],
  [['publish', '--tagret', 'x'], 2, /unknown option '--tagret'.*\n.*Did you mean --target/],
  [['publish'], 2, /^Which playlist\?/],
  [['publish', 'nowhere.yaml'], 2, /^There is no file nowhere\.yaml/],
  [['publish', 'a.yaml', '--withdraw', 'b'], 2, /^Either a playlist/],
  [['publish', '--withdraw', 'never-was', '--timeout', 'soon'], 2, /Expected a number/],
  [['publish', '--withdraw', 'never-was'], 1, /^No playlist never-was is on this broker/],
  [['site', 'Wall_1'], 2, /id: expected 1 to 64 of a-z, 0-9 and -, got "Wall_1"/],
  [['site', 'wall-1', '--file', 'nowhere.yaml'], 2, /nowhere.yaml cannot be read/],
  [['site', 'wall-1', '--time-zone', 'Asia/Chongching'], 2, /timeZone: expected an IANA time zone/],
  [['keys', 'boss'], 2, /"boss" is no name for a key/],
  [['approve', 'nowhere.jpg'], 2, /nowhere\.jpg is not there/],
  [['watch', '--broker', 'mosquitto'], 2, /--broker mosquitto: expected an address such as mqtts:/],
  [['watch', '--operator', '/nowhere.json'], 2, /\/nowhere\.json cannot be read: no such file/],
]
for (const [args, code, sentence] of wrongCalls) {
  test(`plazacast ${args.join(' ')} ends with ${code} and a sentence`, async () => {
    const run = await runCli(args, env)
    assert.equal(run.code, code, run.stdout + run.stderr)
    assert.match(run.stderr, sentence)
    assert.doesNotMatch(run.stderr, /\n {4}at /)
  })
}

test('without any settings, the sentence says where a broker can be named', async () => {
  const run = await runCli(['watch'], { XDG_CONFIG_HOME: join(folder, 'none'), XDG_DATA_HOME: join(folder, 'none') })
  assert.equal(run.code, 2)
  assert.match(run.stderr, /Which broker\? .*--broker.*PLAZACAST_BROKER.*operator\.json/)
})

test('beside a running demo its operator.json is found, and one of our own goes before it', async () => {
  const { PLAZACAST_BROKER: url, ...bare } = env
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'plazacast-demo'), { recursive: true })
  await writeFile(join(folder, 'plazacast-demo/operator.json'), JSON.stringify({ broker: url, keys: 'keys' }))
  const beside = await runCli(['watch', '--once'], bare)
  assert.match(beside.stdout, /from .*plazacast-demo\/operator\.json/)
  await mkdir(join(folder, 'plazacast'), { recursive: true })
  const own = join(folder, 'plazacast/operator.json')
  await writeFile(own, JSON.stringify({ broker: { url }, tpoicPrefix: 'x' }))
  const wrong = await runCli(['watch', '--once'], bare)
  assert.deepEqual(
    [wrong.code, wrong.stderr.includes('tpoicPrefix: is not a field here; did you mean topicPrefix?')],
    [2, true],
  )
  await writeFile(own, JSON.stringify({ broker: { url } }))
  assert.match((await runCli(['watch', '--once'], bare)).stdout, /from .*plazacast\/operator\.json/)
  await rm(own)
})

test('a broker that is not there, wants a password, or is none is told apart in sentences', async () => {
  const locked = await startMosquitto({ users: { desk: 'secret' } })
  const deaf = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
  const { port } = deaf.address() as { port: number }
  try {
    const watch = (url: string, more: Record<string, string> = {}, ...args: string[]) =>
      runCli(['watch', '--once', '--broker', url, ...args], { ...env, ...more })
    const refused = await watch('mqtt://127.0.0.1:1')
    assert.deepEqual(
      [refused.code, /127\.0\.0\.1:1 does not answer: the connection was refused/.test(refused.stderr)],
      [1, true],
    )
    assert.match((await watch(locked.url)).stderr, /does not let us in: it wants a user name and password/)
    const wrong = await watch(locked.url, { PLAZACAST_PASSWORD: 'guess' }, '--username', 'desk')
    assert.match(wrong.stderr, /refuses the user name or password|does not let us in/)
    const right = await watch(locked.url, { PLAZACAST_PASSWORD: 'secret' }, '--username', 'desk')
    assert.equal(right.code, 0, right.stderr)
    const shown = await watch(locked.url.replace('mqtt://', 'mqtt://desk:secret@'))
    assert.deepEqual([shown.code, shown.stdout.includes('secret')], [0, false])
    const none = await watch(`mqtt://127.0.0.1:${port}`)
    assert.deepEqual([none.code, /^The broker at mqtt:\/\/127\.0\.0\.1:\d+ /.test(none.stderr)], [1, true])
  } finally {
    deaf.close()
    await locked.stop()
  }
})

async function photoPlaylist(id: string, target: string): Promise<string> {
  const photo = await makeClip({ kind: 'photo', item: 7, format: 'jpeg' })
  const path = join(folder, `${id}.yaml`)
  await writeFile(path, `id: ${id}\ntarget: ${target}\nitems:\n  - file: ${photo.file}\n    seconds: 5\n`)
  return path
}
