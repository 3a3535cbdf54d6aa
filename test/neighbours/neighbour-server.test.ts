import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { startNeighbourServer } from '../../main/adapters/neighbour-server.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { afterHearing, mostNeighbours, type NeighbourTable } from '../../shared/neighbours/neighbour-table.ts'
import { nameOf, someBytes } from '../cache/rig.ts'

const bytes = Buffer.from(someBytes(300_000))
const asset = nameOf(bytes)
const coming = nameOf(someBytes(9))

async function serve(t: TestContext, mayGive = () => true): Promise<number> {
  const server = await startNeighbourServer(
    { clock: systemClock, listen: '127.0.0.1' },
    {
      openAsset: async (name) =>
        name === asset
          ? {
              sizeBytes: bytes.length,
              mediaType: 'image/png',
              async *read(start, end) {
                yield bytes.subarray(start, end)
              },
            }
          : undefined,
      coming: (name) => (name === coming ? { kind: 'fetching', doneBytes: 7 } : undefined),
      mayGive,
    },
  )
  t.after(() => server.stop())
  return server.port
}

type Got = { status: number; headers: Record<string, unknown>; body: Buffer }

function ask(port: number, path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('an asset is given whole and by ranges; everything else is refused', async (t) => {
  const port = await serve(t)
  const path = `/assets/${hexOf(asset)}`
  assert.deepEqual((await ask(port, path)).body, bytes)
  const part = await ask(port, path, 'GET', { range: 'bytes=100-199' })
  assert.deepEqual([part.status, part.body], [206, bytes.subarray(100, 200)])
  const statuses = async (cases: [string, string?, Record<string, string>?][]) =>
    Promise.all(cases.map(async ([where, method, headers]) => (await ask(port, where, method, headers)).status))
  assert.deepEqual(
    await statuses([['/'], ['/assets'], [`${path}/..`], [`${path}?x`], ['/assets/..%2fplayer.db']]),
    [404, 404, 404, 404, 404],
  )
  assert.deepEqual(
    await statuses([
      [path, 'POST'],
      [path, 'PUT'],
      [path, 'DELETE'],
    ]),
    [405, 405, 405],
  )
  assert.deepEqual(
    await statuses([
      [path, 'GET', { host: `wall.example:${port}` }],
      [path, 'GET', { host: `localhost:${port}` }],
      [path, 'GET', { origin: 'http://evil.example' }],
    ]),
    [403, 403, 403],
  )
})

test('what is on its way is said, and what is not wanted is unknown', async (t) => {
  const port = await serve(t)
  const said = await ask(port, `/assets/${hexOf(coming)}`)
  assert.deepEqual([said.status, said.headers['plazacast-asset']], [503, 'fetching; bytes=7'])
  assert.equal((await ask(port, `/assets/${hexOf(nameOf(someBytes(5)))}`)).status, 404)
})

test('nothing is given while the wall needs the machine', async (t) => {
  const port = await serve(t, () => false)
  const said = await ask(port, `/assets/${hexOf(asset)}`)
  assert.deepEqual([said.status, said.headers['plazacast-asset']], [503, 'busy'])
})

test('a flood of announcements fills the table and no more, and drives nobody out', () => {
  const known = { id: 'known', address: '192.168.0.2', port: 1, lifeSeconds: 100 }
  let table: NeighbourTable = afterHearing(new Map(), known, 0)
  for (let one = 0; one < 5000; one++) {
    const address = `10.0.${one >> 8}.${one & 255}`
    table = afterHearing(table, { id: `x${one}`, address, port: 80, lifeSeconds: 1e9 }, 1)
  }
  assert.equal(table.size, mostNeighbours)
  assert.ok(table.has('192.168.0.2:1'))
  const later = afterHearing(table, { ...known, address: '192.168.0.3' }, 301_000)
  assert.deepEqual([...later.keys()], ['192.168.0.3:1'])
})

test('nobody is known at an address outside local networks, and one address announces a few players at most', () => {
  let table: NeighbourTable = new Map()
  for (const address of ['8.8.8.8', '172.32.0.1', '100.64.0.1', '0.0.0.0', '10.0.0.256', 'fe80::1', 'wall.local']) {
    table = afterHearing(table, { id: 'far', address, port: 80, lifeSeconds: 100 }, 0)
  }
  assert.equal(table.size, 0)
  for (let port = 1; port < 50; port++) {
    table = afterHearing(table, { id: 'many', address: '10.0.0.1', port, lifeSeconds: 100 }, 0)
  }
  assert.equal(table.size, 4)
})
