import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { eventually } from '../support/player-rig.ts'
import { type Asked, removePage, rightPin, startPage } from './rig.ts'

after(removePage)

const json = (text: string): Record<string, unknown> => JSON.parse(text)

test('what is shown needs no PIN and holds no secret', async (context) => {
  const page = await startPage(context)
  const report = await page.ask('/report')
  assert.equal(report.status, 200)
  assert.equal(json(report.text).playerId, 'jiefangbei-3')
  assert.equal(json(report.text).signedIn, false)
  assert.ok(!report.text.includes('not to be seen'), 'the state goes out without keys')
  assert.ok(!report.text.includes(rightPin))
})

test('the page may load nothing from elsewhere and run nothing that is written into it', async (context) => {
  const page = await startPage(context)
  const { status, headers, text } = await page.ask('/')
  assert.equal(status, 200)
  assert.match(String(headers['content-security-policy']), /default-src 'none'; script-src 'self'/)
  assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/)
  assert.doesNotMatch(text, /https?:|<script>|style=/)
})

test('an action is carried out for who gave the PIN, and is on record', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  assert.equal(json((await page.ask('/report', { headers: { cookie } })).text).signedIn, true)
  const answer = await page.post('/actions', { action: 'reload' }, { headers: { cookie } })
  assert.deepEqual(json(answer.text), { ok: true })
  assert.deepEqual(page.acted, ['reload'])
  assert.deepEqual(
    page.events.map(({ code }) => code),
    ['technician-signed-in', 'technician-acted'],
  )
})

test('a session is kept from scripts and from other sites', async (context) => {
  const page = await startPage(context)
  const { headers } = await page.post('/session', { pin: rightPin })
  assert.match(headers['set-cookie']?.[0] ?? '', /; Path=\/; HttpOnly; SameSite=Strict$/)
})

test('without a session nothing is carried out', async (context) => {
  const page = await startPage(context)
  await page.signIn()
  for (const cookie of [undefined, '', `plazacast-${page.port}=`, `plazacast-${page.port}=${'0'.repeat(64)}`])
    assert.equal((await page.post('/actions', { action: 'skip' }, { headers: { cookie } })).status, 401)
  assert.deepEqual(page.acted, [])
})

test('another site can neither sign in nor act, even with the cookie', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  const own = `127.0.0.1:${page.port}`
  const forged: Record<string, NonNullable<Asked['headers']>> = {
    'another origin': { origin: 'https://evil.example' },
    'another port of this machine': { origin: 'http://127.0.0.1:1' },
    'another scheme': { origin: `https://${own}` },
    'no origin': { origin: undefined },
    'an opaque origin': { origin: 'null' },
    'no header of the page': { 'plazacast-page': undefined },
    "a form's media type": { 'content-type': 'text/plain' },
    'a fetch across sites': { 'sec-fetch-site': 'cross-site' },
    'a fetch of a sibling': { 'sec-fetch-site': 'same-site' },
    'a name that was made to lead here': {
      host: `evil.example:${page.port}`,
      origin: `http://evil.example:${page.port}`,
    },
    'an address that was made to lead here': { host: `10.0.0.1:${page.port}`, origin: `http://10.0.0.1:${page.port}` },
    'a port that is not this one': { host: '127.0.0.1:1', origin: 'http://127.0.0.1:1' },
    'this name without its port': { host: '127.0.0.1', origin: 'http://127.0.0.1' },
  }
  for (const [what, headers] of Object.entries(forged)) {
    const acting = await page.post('/actions', { action: 'skip' }, { headers: { cookie, ...headers } })
    assert.equal(acting.status, 403, what)
    const signing = await page.post('/session', { pin: rightPin }, { headers })
    assert.equal(signing.status, 403, what)
    assert.equal(signing.headers['set-cookie'], undefined, what)
  }
  assert.deepEqual(page.acted, [])
})

test('nothing is changed by GET, HEAD, PUT, DELETE or OPTIONS', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    for (const path of ['/actions?action=skip', '/actions', '/session', '/session/end']) {
      const { status, headers } = await page.ask(path, { method, headers: { cookie } })
      assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
  assert.deepEqual(page.acted, [])
  assert.equal(json((await page.ask('/report', { headers: { cookie } })).text).signedIn, true)
})

test('a page of another name sees nothing (DNS rebinding), and the player answers to its own names', async (context) => {
  const page = await startPage(context)
  const at = (host: string | undefined) => page.ask('/report', { headers: { host } }).then(({ status }) => status)
  assert.equal(await at(`evil.example:${page.port}`), 403)
  assert.equal(await at(`127.0.0.1.evil.example:${page.port}`), 403)
  assert.equal(await at(`127.0.0.2:${page.port}`), 403)
  assert.equal(await at(`[::1]:${page.port}`), 403)
  assert.equal(await at(`127.0.0.1:${page.port}`), 200)
  assert.equal(await at(`localhost:${page.port}`), 200)
  assert.equal(await at(`Plazacast-Jiefangbei-3.local:${page.port}`), 200)
})

test('other sites may lead to the page, but not use its picture or its report', async (context) => {
  const page = await startPage(context)
  const from = (mode: string, dest: string) => ({
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': mode,
    'sec-fetch-dest': dest,
  })
  assert.equal((await page.ask('/', { headers: from('navigate', 'document') })).status, 200)
  assert.equal((await page.ask('/', { headers: from('navigate', 'iframe') })).status, 403)
  assert.equal((await page.ask('/picture', { headers: from('no-cors', 'image') })).status, 403)
  assert.equal((await page.ask('/report', { headers: from('cors', 'empty') })).status, 403)
})

test('a client that guesses is locked out, longer each time, and loses its session; the right PIN is not even looked at', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  for (const guess of ['000000', '000001', '000002']) {
    const { status, text } = await page.post('/session', { pin: guess })
    assert.equal(status, 403)
    assert.equal(json(text).code, 'wrong-pin')
  }
  const fourth = await page.post('/session', { pin: '000003' })
  assert.equal(fourth.status, 429)
  assert.equal(fourth.headers['retry-after'], '5')
  const right = await page.post('/session', { pin: rightPin })
  assert.equal(right.status, 429)
  assert.equal(right.headers['set-cookie'], undefined)
  const replayed = await page.post('/actions', { action: 'skip' }, { headers: { cookie } })
  assert.equal(replayed.status, 401)
  assert.deepEqual(page.acted, [])
  assert.ok(page.events.some(({ code }) => code === 'technician-locked-out'))
})

test('a session belongs to the address that gave the PIN', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  const stolen = await page.post('/actions', { action: 'skip' }, { headers: { cookie }, localAddress: '127.0.0.9' })
  assert.equal(stolen.status, 401)
})

test('a cookie from before a restart, or from before it was locked again, opens nothing', async (context) => {
  const page = await startPage(context)
  const cookie = await page.signIn()
  await page.post('/session/end', {}, { headers: { cookie } })
  assert.equal((await page.post('/actions', { action: 'skip' }, { headers: { cookie } })).status, 401)
  const second = await page.signIn()
  await page.stop()
  const again = await startPage(context, { port: page.port })
  assert.equal((await again.post('/actions', { action: 'skip' }, { headers: { cookie: second } })).status, 401)
})

test('without a PIN in the configuration nobody can change anything', async (context) => {
  const page = await startPage(context, { pin: '' })
  for (const pin of ['', 'undefined', rightPin])
    assert.equal(json((await page.post('/session', { pin })).text).code, 'no-pin')
  assert.deepEqual(json((await page.ask('/report')).text).actions, [])
})

test('no path leads out of the page', async (context) => {
  const page = await startPage(context)
  const paths = [
    '/../package.json',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/rig.ts',
    '//etc/passwd',
    '/technician.js/..',
    '/.',
    '/\\..\\x',
  ]
  for (const path of paths) assert.equal((await page.ask(path)).status, 404, path)
})

test('what is large is refused', async (context) => {
  const page = await startPage(context)
  const large = await page.post('/session', { pin: '1'.repeat(1_000_000) }).catch((error: unknown) => error)
  assert.ok(large instanceof Error || (large as { status: number }).status === 413)
  const header = await page
    .ask('/report', { headers: { 'x-long': 'a'.repeat(20_000) } })
    .catch((error: unknown) => error)
  assert.ok(header instanceof Error || (header as { status: number }).status === 431)
  assert.equal((await page.ask('/report')).status, 200)
})

test('those who connect and say little do not keep others out', async (context) => {
  const page = await startPage(context)
  const sockets: Socket[] = []
  context.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (let client = 2; client < 12; client += 1)
    for (let count = 0; count < 20; count += 1) {
      const socket = connect({ host: '127.0.0.1', port: page.port, localAddress: `127.0.0.${client}` })
      sockets.push(socket)
      socket.on('error', () => {}) // cut off, which is what is asked for
      socket.write('GET /report HTTP/1.1\r\nHost: 127')
    }
  const open = () => sockets.filter((socket) => !socket.destroyed).length
  assert.equal((await page.ask('/report')).status, 200)
  await eventually('each is cut off, though it never stops saying a little', () => open() === 0, 30_000)
})

test('many requests of one client are slowed down, and another is still answered', async (context) => {
  const page = await startPage(context)
  const flood: number[] = []
  while (!flood.includes(429)) {
    const round = Array.from({ length: 10 }, () => page.ask('/report', { localAddress: '127.0.0.7' }))
    flood.push(...(await Promise.all(round)).map(({ status }) => status))
    assert.ok(flood.length < 2000, 'a flood ends')
  }
  assert.equal((await page.ask('/report')).status, 200)
})

test('metrics are there for who asked for them in the configuration', async (context) => {
  const without = await startPage(context)
  assert.equal((await without.ask('/metrics')).status, 404)
  const page = await startPage(context, { metrics: true })
  const { status, text, headers } = await page.ask('/metrics')
  assert.equal(status, 200)
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
  assert.match(text, /^plazacast_health\{player="jiefangbei-3"\} 0$/m)
})

test('a picture is taken once for all who look at the same time, and its absence is said', async (context) => {
  const without = await startPage(context)
  assert.equal((await without.ask('/picture')).status, 503)
  const page = await startPage(context)
  page.set({ picture: Uint8Array.of(0xff, 0xd8) })
  const looks = await Promise.all(Array.from({ length: 10 }, () => page.ask('/picture')))
  assert.deepEqual(
    [...new Set(looks.map(({ status, headers }) => `${status} ${headers['content-type']}`))],
    ['200 image/jpeg'],
  )
  assert.equal(page.picturesTaken(), 1)
})
