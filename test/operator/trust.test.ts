import assert from 'node:assert/strict'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { listKeys, makeKeys } from '../../main/operator/keys.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { runCli } from './cli.ts'
import { openDesk } from './desk.ts'
import { startTyped } from './typed-cli.ts'

const { broker, folder, keys, env, player, close } = await openDesk('trust', { untrusted: true })
after(close)
await makeKeys(join(folder, 'lin'), ['approver-lin'])

const trust = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli(['trust', ...args], env)
  return { code, text: stdout + stderr }
}
const labels = () => player.trust()?.keys.map(({ label }) => label)

test('trust says in sentences what changes, and the fleet has it', async () => {
  assert.match((await trust('show')).text, /No trust document is on this broker yet/)
  const first = await trust('push')
  assert.equal(first.code, 0, first.text)
  assert.match(first.text, /publisher \(\S{4}( \S+)+\) may publish playlists\./)
  assert.match(first.text, /Each film and photo needs 1 approval\./)
  assert.match(first.text, /Pushed trust, revision 1\.\n(wall-1: .*\n)*wall-1: in force/)
  assert.match((await trust()).text, /Nothing changes\.\nPushed trust, revision 2\./)
})

test('a key of somebody else is added with a role, a label and a time, and stays when the folder is pushed again', async () => {
  const file = join(folder, 'lin/approver-lin.public.json')
  const added = await trust('add', file, '--role', 'approver', '--label', 'Lin', '--until', '2030-01-01')
  assert.equal(added.code, 0, added.text)
  assert.match(
    added.text,
    /Lin \(.*\) may approve films and photos, and take them down until 2030-01-01T00:00:00.000Z\./,
  )
  assert.equal((await trust('push')).code, 0)
  assert.deepEqual(labels(), ['publisher', 'approver', 'emergency', 'operator', 'Lin'])
  const shown = await trust('show')
  assert.match(shown.text, /Lin +approver +(\S{4} ){10}\S{3} +until 2030/)
})

test('two approvals are asked for only when there are two approvers', async () => {
  const three = await trust('need', '3')
  assert.deepEqual([three.code, /There are 2 approvers: with 3 approvals needed nothing/.test(three.text)], [2, true])
  const two = await trust('need', '2')
  assert.match(two.text, /Each film and photo needs 2 approvals by different keys, until now 1\./)
  assert.equal(player.trust()?.approvals.needed, 2)
})

test('a key is revoked by its label, and never counts again', async () => {
  const nobody = await trust('revoke', 'Wu')
  assert.deepEqual([nobody.code, /No key that counts is called "Wu"/.test(nobody.text)], [2, true])
  const revoked = await trust('revoke', 'Lin')
  assert.equal(revoked.code, 0, revoked.text)
  assert.match(revoked.text, /Lin \(.*\) is revoked: it counts no longer, ever/)
  assert.deepEqual([labels()?.includes('Lin'), player.trust()?.revoked.length], [false, 1])
  const back = await trust('add', join(folder, 'lin/approver-lin.public.json'), '--role', 'approver')
  assert.deepEqual([back.code, /was revoked; a revoked key never counts again/.test(back.text)], [2, true])
})

test('a broker that gives back an older trust document does not bring a revoked key back', async () => {
  const mqtt = await import('mqtt')
  const client = await mqtt.connectAsync(broker.url)
  for (const retained of ['', '{"payload":"e30","signatures":[]}']) {
    await client.publishAsync('plazacast/v1/trust', retained, { retain: true, qos: 1 })
    const pushed = await trust('push')
    assert.equal(pushed.code, 0, pushed.text)
    assert.equal(player.trust()?.revoked.length, 1)
  }
  await client.endAsync()
})

test('a private key is not taken where a public one is meant', async () => {
  const { code, text } = await trust('add', join(folder, 'lin/approver-lin.json'), '--role', 'approver')
  assert.deepEqual([code, /is a private key; only public ones are given to others/.test(text)], [2, true])
})

test('a new root key is signed in by the old one, and signs the next revision alone', async () => {
  await makeKeys(keys, ['root-2'])
  const rotated = await trust('rotate-root', join(keys, 'root-2.public.json'))
  assert.equal(rotated.code, 0, rotated.text)
  assert.match(rotated.text, /From then on trust is signed by 1 of 1 root key, and by no other:/)
  const later = join(folder, 'later')
  await mkdir(later, { mode: 0o700 })
  for (const name of ['root-2.json', 'root-2.public.json', 'revisions.json'])
    await copyFile(join(keys, name), join(later, name))
  const next = await runCli(['trust', 'need', '1'], { ...env, PLAZACAST_KEYS: later })
  assert.equal(next.code, 0, next.stdout + next.stderr)
  assert.equal(player.trust()?.approvals.needed, 1)
})

test('on a terminal a passphrase is asked for twice, is not shown, and opens the key again', async () => {
  const own = { ...env, PLAZACAST_KEYS: join(folder, 'wu') }
  const made = startTyped(['keys', 'approver-wu', 'root'], own)
  await made.sees('Passphrase for the private keys: ')
  made.type('correct horse\r')
  await made.sees('The same again: ')
  made.type('correct horse\r')
  assert.equal(await made.ended, 0, made.text())
  assert.doesNotMatch(made.text(), /correct/)
  assert.deepEqual(
    (await listKeys(own.PLAZACAST_KEYS)).map(({ name }) => name),
    ['root', 'approver-wu'],
  )
  const locked = await readFile(join(own.PLAZACAST_KEYS, 'root.json'), 'utf8')
  assert.ok(locked.includes('ciphertext') && !locked.includes('"d"'))

  const lonely = await startMosquitto()
  try {
    const pushed = startTyped(['trust', 'push', '--broker', lonely.url], own)
    await pushed.sees('Sign and push this? [y/N] ')
    pushed.type('y\r')
    await pushed.sees('root.json: ')
    pushed.type('wrong\r')
    await pushed.sees('That does not open it.')
    pushed.type('correct horse\r')
    assert.equal(await pushed.ended, 0, pushed.text())
    const declined = startTyped(['trust', 'revoke', 'approver-wu', '--broker', lonely.url], own)
    await declined.sees('[y/N] ')
    declined.type('\r')
    assert.equal(await declined.ended, 1)
    assert.match(declined.text(), /Nothing was pushed\./)
  } finally {
    await lonely.stop()
  }
})
