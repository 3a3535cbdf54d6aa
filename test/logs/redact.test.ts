import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLogFile } from '../../main/adapters/log-file.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { defaultConfiguration, secretsOf } from '../../main/app/configuration.ts'
import { redactedLog } from '../../main/app/log.ts'
import { makeKey } from '../../main/operator/signing.ts'
import { redactText, redactValue } from '../../shared/logs/redact.ts'
import { saidText } from '../../shared/logs/show.ts'

const secret = 'hunter2-Xy9'

/** Each hides the secret in another way. */
const texts = [
  `connected to mqtts://wall:${secret}@broker.example:8883`,
  `GET https://${secret}@files.example/a.mp4 failed`,
  `fetching https://s3.example/a?X-Amz-Signature=${secret}&x=1`,
  `fetching https://cdn.example/a?x=1&access_token=${secret}`,
  `Authorization: Bearer ${secret}`,
  `Proxy-Authorization: Basic ${secret}`,
  `started with --password ${secret} --headless`,
  `password=${secret}`,
  `{"username":"wall","password":"${secret}"}`,
  JSON.stringify({ inner: JSON.stringify({ password: secret }) }),
  `passphrase: ${secret}`,
  `api_key=${secret};`,
  `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
  `-----BEGIN EC PRIVATE KEY-----\n${secret}`,
  `token: ${secret}`,
  `the secret is secret='${secret} with a blank'`,
]

test('no text tells a password, a token, a signed address or a key', () => {
  for (const text of texts) assert.ok(!redactText(text).includes(secret), `${text} → ${redactText(text)}`)
  assert.ok(!redactText('the PIN 482915 was given').includes('482915'))
  assert.ok(!redactText(`it said ${secret}`, [secret]).includes(secret), 'what is known by itself')
})

test('what is no secret stays readable', () => {
  for (const plain of [
    'https://cdn.example/films/river.mp4?size=large is on disk',
    'items[2].seconds: expected a positive number',
    'sha256:4e7a00 is on disk',
    'connected to mqtt://broker.example:1883',
  ])
    assert.equal(redactText(plain), plain)
})

test('the private part of a key goes, wherever it stands, and the public one stays', async () => {
  const key = await makeKey()
  const value = redactValue({ keys: [key], text: JSON.stringify(key), twice: JSON.stringify(JSON.stringify(key)) })
  assert.ok(!JSON.stringify(value).includes(key.d))
  assert.ok(JSON.stringify(value).includes(key.x))
})

test('fields whose names promise a secret are left out, at any depth, and nothing grows without end', () => {
  const value = redactValue({
    a: { password: secret, pin: 482915, sessionToken: secret, cookie: [secret], seconds: 3 },
    long: 'x'.repeat(100_000),
    many: Array.from({ length: 10_000 }, (_, at) => at),
    error: new Error(`mqtt://u:${secret}@h`),
    bytes: new Uint8Array(9),
  })
  const text = JSON.stringify(value)
  assert.ok(!text.includes(secret) && !text.includes('482915'))
  assert.ok(text.includes('"seconds":3') && text.includes('9 bytes'))
  assert.ok(text.length < 10_000)
  const ring: Record<string, unknown> = {}
  ring.again = ring
  assert.ok(JSON.stringify(redactValue(ring)).length < 200)
})

test('no secret comes into the file, by the message or by the details, also not half of one at a cut', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = createLogFile({ folder, files: 3, fileBytes: 100_000, clock: systemClock })
  const configuration = {
    ...defaultConfiguration('wall', folder),
    broker: { url: 'mqtt://u:p%40ss-word@broker.example', password: secret },
  }
  const known = secretsOf(configuration)
  assert.deepEqual(known, [secret, 'p%40ss-word', 'p@ss-word'])
  const log = redactedLog([file.log], known)
  for (const text of texts) {
    log('info', text)
    log('warning', 'details', { text, list: [{ text }] })
  }
  for (let before = 1985; before < 2010; before += 1)
    log('error', `${'x'.repeat(before)} mqtt://u:${'q7'.repeat(8)}@host`)
  log('error', 'the password is p@ss-word')
  await file.stop()
  const written = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
  assert.ok(written.length > 5000)
  for (const one of [secret, 'p@ss-word', 'q7q7']) assert.ok(!written.includes(one), one)
})

test('a line for people says nothing twice, and files by their first digits', () => {
  const hash = `sha256:5d6decd5${'0'.repeat(56)}`
  const line = {
    level: 'warning',
    message: `slate-shown: ${hash} is late`,
    about: { reason: 'late', asset: hash },
  } as const
  assert.equal(saidText(line), 'warning: slate-shown: sha256:5d6decd5… is late')
  assert.equal(saidText({ level: 'info', message: 'a', about: { count: 3 }, times: 1 }), 'a (once more)  {"count":3}')
})
