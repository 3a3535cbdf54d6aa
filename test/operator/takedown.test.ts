import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeKeys } from '../../main/operator/keys.ts'
import { hashFile } from '../../main/operator/probe.ts'
import { makeClip } from '../support/clips.ts'
import { runCli } from './cli.ts'
import { openDesk } from './desk.ts'

const { broker, folder, env, close } = await openDesk('takedown')
after(close)
let photos: string[]

before(async () => {
  photos = await Promise.all(
    [1, 2, 3].map(async (item) => (await makeClip({ kind: 'photo', item, format: 'jpeg' })).file),
  )
  const playlist = join(folder, 'square.yaml')
  const items = photos.map((file, index) => `  - file: ${file}\n    id: poster-${index + 1}\n    seconds: 5\n`)
  await writeFile(playlist, `id: square\ntarget: players/wall-1\nitems:\n${items.join('')}`)
  const published = await runCli(['publish', playlist], env)
  assert.equal(published.code, 0, published.stdout + published.stderr)
})

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const listed = async (more: Record<string, string> = {}) => {
  const { stdout } = await runCli(['takedown', '--list', '--json'], { ...env, ...more })
  return stdout === '' ? [] : lines(stdout).map(({ asset, reason }) => [asset, reason])
}

test('files, names and items are taken down by one command each, the list grows, and players answer', async () => {
  const [one = '', two = '', three = ''] = await Promise.all(photos.map((file) => hashFile(file)))
  const first = await runCli(['takedown', photos[0] ?? '', '--reason', 'the shop has closed'], env)
  assert.equal(first.code, 0, first.stdout + first.stderr)
  assert.match(first.stdout, /wall-1: off the wall\nOff the wall\.\n$/)
  const second = await runCli(['takedown', two, '--reason', 'court', '--key', 'approver', '--json'], env)
  assert.deepEqual([second.code, lines(second.stdout).at(-1)?.complete], [0, true])
  const third = await runCli(['takedown', 'square/poster-3', '--reason', 'wrong address'], env)
  assert.equal(third.code, 0, third.stdout + third.stderr)
  const all = [
    [one, 'the shop has closed'],
    [two, 'court'],
    [three, 'wrong address'],
  ]
  assert.deepEqual(await listed(), all)
})

test('an approver elsewhere adds to the list on the broker, and does not begin another', async () => {
  const desk = join(folder, 'desk')
  const before = await listed()
  await makeKeys(desk, ['approver-wu'])
  const added = await runCli(['takedown', `sha256:${'0'.repeat(64)}`, '--reason', 'x'], {
    ...env,
    PLAZACAST_KEYS: desk,
  })
  assert.deepEqual([added.code, /not signed by any key known in .*root\.public\.json/.test(added.stderr)], [1, true])
  for (const name of ['root.public.json', 'approver.json', 'approver.public.json']) {
    await copyFile(join(folder, 'keys', name), join(desk, name))
  }
  const args = ['takedown', `sha256:${'0'.repeat(64)}`, '--reason', 'x', '--key', 'approver']
  const known = await runCli(args, { ...env, PLAZACAST_KEYS: desk })
  assert.equal(known.code, 0, known.stdout + known.stderr)
  assert.deepEqual(await listed(), [...before, [`sha256:${'0'.repeat(64)}`, 'x']])
})

test('a broker that has forgotten the list does not make a shorter one', async () => {
  const before = await listed()
  const mqtt = await import('mqtt')
  const client = await mqtt.connectAsync(broker.url)
  await client.publishAsync('plazacast/v1/takedowns', '', { retain: true, qos: 1 })
  await client.endAsync()
  const more = `sha256:${'1'.repeat(64)}`
  const run = await runCli(['takedown', more, '--reason', 'y'], env)
  assert.equal(run.code, 0, run.stdout + run.stderr)
  assert.deepEqual(await listed({ PLAZACAST_KEYS: join(folder, 'desk') }), [...before, [more, 'y']])
})

test('a take-down without a reason, of nothing, or of what is not known is a sentence', async () => {
  const run = async (...args: string[]) => {
    const { code, stderr } = await runCli(['takedown', ...args], env)
    return `${code} ${stderr}`
  }
  assert.match(await run(), /^2 What is to be taken down\?/)
  assert.match(await run('a.jpg'), /^2 Why\?/)
  assert.match(await run('square/poster-9', '--reason', 'x'), /^2 square\/poster-9 is no file, no sha256/)
})

test('what was taken down is not published again: the desk hears it before any wall does', async () => {
  const run = await runCli(['publish', join(folder, 'square.yaml')], env)
  assert.equal(run.code, 2)
  assert.match(run.stderr, /was taken down on .*, and no player shows it any more: the shop has closed/)
})
