import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Loopback, startLoopback } from '../../main/adapters/loopback-server.ts'

const body = Buffer.from(Array.from({ length: 5000 }, (_value, index) => index % 251))
const hex = 'ab'.repeat(32)
const damagedHex = 'cd'.repeat(32)
const endlessHex = 'ef'.repeat(32)
const damaged: string[] = []
let openReaders = 0
let folder: string
let server: Loopback

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plazacast-loopback-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  server = await startLoopback({
    screenDir: folder,
    onDamaged: (name) => damaged.push(name),
    openAsset: async (name) => assets[name],
  })
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const mediaType = 'video/mp4'
const assets: Readonly<Record<string, Awaited<ReturnType<Parameters<typeof startLoopback>[0]['openAsset']>>>> = {
  [hex]: {
    mediaType,
    sizeBytes: body.length,
    read: async function* (from, to) {
      for (let at = from; at < to; at += 1000) yield body.subarray(at, Math.min(at + 1000, to))
    },
  },
  [damagedHex]: {
    mediaType,
    sizeBytes: body.length,
    read: async function* (from) {
      yield body.subarray(from, from + 1000)
      throw new Error('the second piece does not match')
    },
  },
  [endlessHex]: {
    mediaType,
    sizeBytes: 2 ** 40,
    read: async function* () {
      openReaders += 1
      try {
        for (;;) yield Buffer.alloc(65536)
      } finally {
        openReaders -= 1
      }
    },
  },
}

type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly bytes: Buffer }

/** Asks as given, path untouched by any URL parser. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { port, pathname } = new URL(server.address)
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path: path.replace('~', pathname), method, headers },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) })
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

test('the page comes with a policy that lets it run itself and nothing else', async () => {
  const { status, headers } = await ask('~')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none'; script-src 'self';.*sandbox allow-scripts/,
  )
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
})

test('an asset is served whole, named by its hash, and never asked for twice', async () => {
  const { status, headers, bytes } = await ask(`~assets/${hex}`)
  assert.equal(status, 200)
  assert.deepEqual(bytes, body)
  assert.equal(headers.etag, `"${hex}"`)
  assert.match(String(headers['cache-control']), /immutable/)
  assert.equal((await ask(`~assets/${hex}`, { 'If-None-Match': `"${hex}"` })).status, 304)
  assert.equal((await ask(`~assets/${hex}`, {}, 'HEAD')).headers['content-length'], '5000')
})

test('ranges are served as RFC 9110 has them', async () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=4990-', 4990, 5000],
    ['bytes=-10', 4990, 5000],
    ['bytes=-9999', 0, 5000],
    ['bytes=4990-9999', 4990, 5000],
    ['bytes=5-6,8-9', 5, 7],
  ]
  for (const [range, from, to] of cases) {
    const { status, headers, bytes } = await ask(`~assets/${hex}`, { Range: range })
    assert.equal(status, 206, range)
    assert.equal(headers['content-range'], `bytes ${from}-${to - 1}/5000`)
    assert.deepEqual(bytes, body.subarray(from, to), range)
  }
  for (const range of ['bytes=5000-', 'bytes=-0', 'bytes=9-1', 'bytes=-', 'bytes=a-b', 'bytes=1', 'bytes=']) {
    const { status, headers } = await ask(`~assets/${hex}`, { Range: range })
    assert.deepEqual([status, headers['content-range']], [416, 'bytes */5000'], range)
  }
  assert.equal((await ask(`~assets/${hex}`, { Range: 'bytes=0-9', 'If-Range': '"old"' })).status, 200)
  assert.equal((await ask(`~assets/${hex}`, { Range: 'bytes=0-9', 'If-Range': `"${hex}"` })).status, 206)
})

test('whoever does not know the address gets nothing', async () => {
  const { host } = new URL(server.address)
  const strangers: readonly (readonly [string, Record<string, string>, string, number])[] = [
    ['/', {}, 'GET', 404],
    [`/${'0'.repeat(32)}/`, {}, 'GET', 404],
    ['~', { Host: 'plazacast.example' }, 'GET', 403],
    ['~', { Host: host.replace('127.0.0.1', 'localhost') }, 'GET', 403],
    ['~', { 'Sec-Fetch-Site': 'cross-site' }, 'GET', 403],
    ['~', {}, 'POST', 405],
    ['~', {}, 'DELETE', 405],
    ['~', {}, 'OPTIONS', 405],
    [`~assets/${hex.toUpperCase()}`, {}, 'GET', 404],
    [`~assets/${hex}/`, {}, 'GET', 404],
    [`~assets/${hex}?x`, {}, 'GET', 404],
    [`~assets/${'0'.repeat(64)}`, {}, 'GET', 404],
    [`~x/../assets/${hex}`, {}, 'GET', 404],
    ['~../../etc/passwd', {}, 'GET', 404],
    ['~%2e%2e/%2e%2e/etc/passwd', {}, 'GET', 404],
    ['~__proto__', {}, 'GET', 404],
    ['~constructor', {}, 'GET', 404],
    [`http://127.0.0.1/`, {}, 'GET', 404],
  ]
  for (const [path, headers, method, status] of strangers) {
    assert.equal((await ask(path, headers, method)).status, status, `${method} ${path} ${JSON.stringify(headers)}`)
  }
})

test('every odd path below the address is refused', async () => {
  const odd = fc.string({ unit: fc.constantFrom(...'./%2eE\\:?#;=&~-_abf019 assets'), minLength: 1, maxLength: 90 })
  await fc.assert(
    fc.asyncProperty(odd, async (tail) => {
      const path = `~${tail.replaceAll(' ', '+').replaceAll('~', '')}x`
      assert.equal((await ask(path)).status, 404)
    }),
    { numRuns: 200 },
  )
})

test('what is not HTTP is answered with an error and hung up on', async () => {
  const port = Number(new URL(server.address).port)
  for (const words of ['\0\0\0\0', 'GET / HTTP/9.9\r\n\r\n', 'nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
    const socket = connect(port, '127.0.0.1')
    socket.end(words)
    assert.match(await text(socket), /^HTTP\/1\.1 4\d\d /)
  }
})

test('an asset with a damaged piece is cut off before that piece, and reported', async () => {
  await assert.rejects(ask(`~assets/${damagedHex}`), /aborted|hang up|ECONNRESET/)
  assert.deepEqual(damaged, [damagedHex])
})

test('a reader that goes away ends the reading, and leaves no file or socket open', async () => {
  const { port, pathname } = new URL(server.address)
  const before = (await readdir('/proc/self/fd')).length
  for (let count = 0; count < 50; count += 1) {
    await new Promise<void>((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port, path: `${pathname}assets/${endlessHex}`, agent: false },
        (response) => {
          response.once('data', () => {
            response.destroy()
            response.once('close', () => resolve())
          })
          response.on('error', () => {})
        },
      )
      asked.on('error', reject)
      asked.end()
    })
  }
  for (const end = performance.now() + 10_000; openReaders > 0 && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(openReaders, 0)
  assert.ok((await readdir('/proc/self/fd')).length <= before + 2)
})
