import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { hexOf } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { electedFor } from '../../shared/neighbours/election.ts'
import { nameOf, someBytes, until } from '../cache/rig.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { openSquare, type Square, type StreetPlayer, type StreetPlayerOptions, startStreetPlayer } from './street.ts'

const size = 3 * 1024 * 1024 + 17

async function originOf(t: TestContext): Promise<Origin> {
  const origin = await startOrigin()
  t.after(() => origin.stop())
  return origin
}

async function wantedFrom(origin: Origin, count: number, bytes = size): Promise<WantedAsset[]> {
  const added = await Promise.all(Array.from({ length: count }, () => origin.addBytes(someBytes(bytes), 'image/png')))
  return added.map((one, order) => ({ ...one, order }))
}

function player(t: TestContext, id: string, square: Square, more: Partial<StreetPlayerOptions> = {}): StreetPlayer {
  const one = startStreetPlayer(id, { discovery: square.discovery, ...more })
  t.after(() => one.stop())
  return one
}

const has = (one: StreetPlayer, count: number) => until(`${one.id} has ${count}`, () => one.cached.length >= count)

test('five players take each asset from the origin once', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const players = ['a', 'b', 'c', 'd', 'e'].map((id) => player(t, id, square))
  for (const one of players) one.want([])
  for (const one of players) await until(`${one.id} knows the others`, () => one.neighbours.near().length === 4)
  const wanted = await wantedFrom(origin, 6, 700_001)
  for (const one of players) one.want(wanted)
  for (const one of players) await has(one, 6)
  const fromOrigin = players.flatMap((one) => one.cached.filter(({ from }) => from === undefined))
  assert.equal(fromOrigin.length, 6)
  assert.equal(origin.bytesGiven(), 6 * 700_001)
  assert.deepEqual(
    players.flatMap((one) => one.events),
    [],
  )
})

test('without leave every player goes to the origin, and nobody is announced', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const players = ['a', 'b'].map((id) => player(t, id, square))
  const [wanted] = [await wantedFrom(origin, 1)]
  for (const one of players) one.want(wanted, false)
  for (const one of players) await has(one, 1)
  assert.equal(origin.bytesGiven(), 2 * size)
  assert.deepEqual(players[0]?.neighbours.near(), [])
})

test('a neighbour has what the origin lost', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const giver = player(t, 'giver', square)
  const wanted = await wantedFrom(origin, 1)
  giver.want(wanted)
  await has(giver, 1)
  await origin.cut()
  const taker = player(t, 'taker', square)
  taker.want(wanted)
  await has(taker, 1)
  assert.equal(taker.cached[0]?.from, 'giver')
})

test('what a neighbour gives is not held up by a limit of the line to the origin', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const giver = player(t, 'giver', square)
  const wanted = await wantedFrom(origin, 2)
  giver.want(wanted)
  await has(giver, 2)
  const taker = player(t, 'taker', square)
  const bandwidth = [{ from: '00:00', until: '24:00', bytesPerSecond: 1 }]
  taker.want(wanted, true, { bandwidth, timeZone: 'UTC', now: Date.now, playable: true })
  await has(taker, 2)
  assert.deepEqual(
    taker.cached.map(({ from }) => from),
    ['giver', 'giver'],
  )
})

test('when the elected player never fetches, the others wait some seconds and then ask the origin', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const idle = player(t, 'idle', square)
  idle.want([])
  const [asset] = await electing(origin, 'idle', ['worker', 'idle'])
  const worker = player(t, 'worker', square)
  worker.want([])
  await until('they know each other', () => worker.neighbours.near().length === 1)
  worker.want([asset])
  await has(worker, 1)
  assert.equal(worker.cached[0]?.from, undefined)
})

test('an emergency waits for nobody', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  // Says for ever that it is about to have it.
  await stranger(t, square, 'promiser', (_request, response) => promise(response, 5))
  const [asset] = await electing(origin, 'promiser', ['worker', 'promiser'])
  const worker = player(t, 'worker', square)
  worker.want([])
  await until('it knows the promiser', () => worker.neighbours.near().length === 1)
  worker.want([{ ...asset, emergency: true }])
  await has(worker, 1)
  assert.equal(worker.cached[0]?.from, undefined)
})

type Behaviour = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void

/** Somebody on the network who is no player. */
async function stranger(t: TestContext, square: Square, id: string, behave: Behaviour, bytes = Buffer.alloc(0)) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method}`)
    behave(request, response, bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  square.say({ id, address: '127.0.0.1', port, lifeSeconds: 150 })
  return { asked, port }
}

const promise = (response: ServerResponse, bytes: number) =>
  void response.writeHead(503, { 'Plazacast-Asset': `fetching; bytes=${bytes}`, 'Content-Length': 0 }).end()

/** Assets whose election this player wins. */
async function electing(origin: Origin, id: string, ids: readonly string[]): Promise<[WantedAsset, ...WantedAsset[]]> {
  for (;;) {
    const [one] = await wantedFrom(origin, 1, 200_003)
    if (one && electedFor(hexOf(one.asset), ids) === id) return [one]
  }
}

const wrong = (bytes: Buffer): Buffer => {
  const other = Buffer.from(bytes)
  other[other.length - 1] = (other[other.length - 1] ?? 0) ^ 1
  return other
}

const headed =
  (give: Behaviour): Behaviour =>
  (request, response, bytes) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': bytes.length }).end()
    else give(request, response, bytes)
  }

const whole: Behaviour = (_request, response, bytes) =>
  void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes)

const liars: [string, Behaviour][] = [
  ['gives one wrong byte', headed((request, response, bytes) => whole(request, response, wrong(bytes)))],
  ['gives another length', headed((request, response, bytes) => whole(request, response, bytes.subarray(9)))],
]
const nuisances: [string, Behaviour][] = [
  [
    'never ends',
    headed((_request, response, bytes) => {
      response.writeHead(200)
      const more = () => void (response.destroyed || response.write(bytes, more))
      more()
    }),
  ],
  [
    'ends early',
    headed((_request, response, bytes) => {
      response.writeHead(200, { 'Content-Length': bytes.length })
      response.write(bytes.subarray(0, 100_000), () => response.destroy())
    }),
  ],
  [
    'stands still',
    headed((_request, response, bytes) => {
      response.writeHead(200, { 'Content-Length': bytes.length })
      response.write(bytes.subarray(0, 100_000))
    }),
  ],
  ['redirects', (_request, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:9/x' }).end()],
  ['answers 500', (_request, response) => void response.writeHead(500).end()],
  ['does not answer', () => {}],
  ['has nothing', (_request, response) => void response.writeHead(404, { 'Content-Length': 0 }).end()],
  ['speaks no HTTP', (request) => request.socket.end('hello')],
]

test('whatever a neighbour does, the asset comes whole', { concurrency: true }, async (t) => {
  await Promise.all(
    [...liars, ...nuisances].map(([what, behave]) => t.test(`it ${what}`, (one) => troubled(one, what, behave))),
  )
})

async function troubled(t: TestContext, what: string, behave: Behaviour): Promise<void> {
  const origin = await originOf(t)
  const square = openSquare()
  const bytes = Buffer.from(someBytes(size))
  const added = await origin.addBytes(bytes, 'image/png')
  const { port } = await stranger(t, square, 'stranger', behave, bytes)
  const one = player(t, 'one', square)
  one.want([])
  await until('it knows the stranger', () => one.neighbours.near().length === 1)
  one.want([{ ...added, order: 0 }])
  await has(one, 1)
  assert.equal(one.cached[0]?.from, undefined)
  const lied = one.events.filter(({ code }) => code === 'neighbour-lied')
  assert.equal(lied.length, liars.some(([name]) => name === what) ? 1 : 0)
  if (lied.length > 0) assert.equal(lied[0]?.about.address, `127.0.0.1:${port}`)
  assert.equal(origin.bytesGiven(), size)
}

test('a liar is not asked again, not even after a restart', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const dataDir = temporaryFolder(t)
  const bytes = Buffer.from(someBytes(size))
  const { asked } = await stranger(t, square, 'liar', (liars[0] as [string, Behaviour])[1], bytes)
  const first = await origin.addBytes(Buffer.from(bytes), 'image/png')
  const before = player(t, 'one', square, { dataDir })
  before.want([])
  await until('it knows the liar', () => before.neighbours.near().length === 1)
  before.want([{ ...first, order: 0 }])
  await has(before, 1)
  assert.deepEqual(asked, ['HEAD', 'GET'])
  await before.stop()

  const after = player(t, 'one', square, { dataDir })
  after.want(await wantedFrom(origin, 3))
  await has(after, 3)
  assert.deepEqual(asked, ['HEAD', 'GET'])
})

test('an honest neighbour is asked when a liar has been found out', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const bytes = Buffer.from(someBytes(size))
  const added = { ...(await origin.addBytes(Buffer.from(bytes), 'image/png')), order: 0 }
  const honest = player(t, 'honest', square)
  honest.want([added])
  await has(honest, 1)
  await origin.cut()
  await stranger(t, square, 'liar', (liars[0] as [string, Behaviour])[1], bytes)
  const taker = player(t, 'taker', square)
  taker.want([added])
  await has(taker, 1)
  assert.equal(taker.cached[0]?.from, 'honest')
})

test('what came in part from a neighbour is never gone on with elsewhere', async (t) => {
  const origin = await originOf(t)
  const square = openSquare()
  const bytes = someBytes(12 * 1024 * 1024)
  const added = { ...(await origin.addBytes(Buffer.from(bytes), 'image/png')), order: 0 }
  const poison = someBytes(bytes.length)
  await stranger(t, square, 'poisoner', (request, response) => {
    response.writeHead(200, { 'Content-Length': bytes.length })
    if (request.method === 'HEAD') response.end()
    else response.write(poison.subarray(0, 9 * 1024 * 1024), () => response.destroy())
  })
  const one = player(t, 'one', square)
  one.want([])
  await until('it knows the poisoner', () => one.neighbours.near().length === 1)
  one.want([added])
  await has(one, 1)
  assert.deepEqual(
    origin.requests.map(({ fromByte }) => fromByte),
    [0],
  )
  assert.deepEqual(
    one.events.map(({ code }) => code),
    [],
  )
  assert.equal(nameOf(bytes), one.cached[0]?.asset)
})
