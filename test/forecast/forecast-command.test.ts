import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readForecastFile } from '../../main/operator/forecast-sources.ts'
import { putDocument } from '../../main/sqlite/documents.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { runCli } from '../operator/cli.ts'
import { assetCalled, issuedAt, makeCity, playlistOf, signed } from '../support/documents.ts'

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'plazacast-forecast-'))
  context.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
const source = `id: friends
dayparts: [{ from: "07:00", until: "22:30" }]
limits: {}
items:
  - { file: a.jpg, seconds: 10 }
  - file: films/b.mp4
`

test('a forecast of a playlist whose files are not here is JSON with exactly these fields', async (context) => {
  const dir = folder(context)
  writeFileSync(join(dir, 'friends.yaml'), source.replace('limits: {}\n', ''))
  const options = ['--at', '2026-06-11T22:00:00Z', '--time-zone', 'Australia/Sydney', '--json']
  const run = await runCli(['forecast', join(dir, 'friends.yaml'), ...options])
  assert.deepEqual([run.code, run.stderr], [0, ''])
  assert.deepEqual(JSON.parse(run.stdout), {
    at: '2026-06-11T22:00:00Z',
    level: 'normal',
    loop: [
      { playlist: 'friends', item: 'a', seconds: 10 },
      { playlist: 'friends', item: 'b', seconds: null },
    ],
    nextChange: '2026-06-12T12:30:00Z',
  })
  const more = await runCli(['forecast', join(dir, 'friends.yaml'), ...options, '--for', '24h'])
  const { changes } = JSON.parse(more.stdout) as { changes: { from: string; level: string | null; why?: string }[] }
  assert.deepEqual(
    changes.map(({ from, level, why }) => [from, level, why]),
    [
      ['2026-06-11T22:00:00Z', 'normal', undefined],
      ['2026-06-12T12:30:00Z', null, 'nothing is scheduled now'],
      ['2026-06-12T21:00:00Z', 'normal', undefined],
    ],
  )
})

test('bare and signed documents are read, with a site that says the time zone and whose groups count', async (context) => {
  const dir = folder(context)
  const city = await makeCity()
  const bare = await playlistOf([assetCalled('one')], [], { target: 'groups/square', window: { from: '2026-06-12' } })
  const other = await playlistOf([assetCalled('two')], [], { id: 'elsewhere', target: 'groups/harbour' })
  const site = {
    kind: 'site',
    id: 'wall',
    revision: 1,
    issuedAt,
    target: 'players/wall',
    timeZone: 'Australia/Sydney',
    groups: ['square'],
  }
  writeFileSync(join(dir, 'bare.json'), JSON.stringify(bare))
  writeFileSync(join(dir, 'other.json'), await signed('playlist', other, city.publisher))
  writeFileSync(join(dir, 'site.json'), await signed('site', site, city.operator))
  const files = ['bare.json', 'other.json', 'site.json'].map((name) => join(dir, name))
  const { stdout } = await runCli(['forecast', ...files, '--at', '2026-06-11T13:59:00Z', '--json'])
  const read = JSON.parse(stdout) as { level: unknown; loop: unknown[]; nextChange: unknown }
  assert.deepEqual([read.level, read.loop, read.nextChange], [null, [], '2026-06-11T14:00:00Z'])
})

test('what a player has is read from its data folder, also while it runs', async (context) => {
  const dir = folder(context)
  const city = await makeCity()
  const { db, close } = openDatabase(join(dir, 'player.db'))
  context.after(close)
  const payload = await playlistOf([assetCalled('one')], [city.approver])
  const jws = (await signed('playlist', payload, city.publisher)).toString()
  const row = {
    kind: 'playlist',
    target: 'players/wall',
    id: 'friends',
    revision: 1,
    topic: 'x',
    receivedAt: 0,
  } as const
  putDocument(db, { ...row, jws })
  const run = await runCli(['forecast', '--data', dir, '--at', '2026-06-11T22:00:00Z', '--time-zone', 'UTC'])
  assert.deepEqual([run.code, run.stderr], [0, ''])
  assert.match(run.stdout, /friends +item-1 +2 s/)
})

test('the page of a day is written', async (context) => {
  const dir = folder(context)
  writeFileSync(join(dir, 'friends.yaml'), source.replace('limits: {}', 'limits: { everyMinutes: 5 }'))
  const html = join(dir, 'day.html')
  const run = await runCli(['forecast', join(dir, 'friends.yaml'), '--html', html, '--time-zone', 'Asia/Shanghai'])
  assert.equal(run.code, 0, run.stderr)
  assert.match(readFileSync(html, 'utf8'), /^<!doctype html>[\s\S]*07:00–22:30/)
})

test('what is wrong in a file is said in a sentence with file and field', async (context) => {
  const dir = folder(context)
  const said = async (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    const read = await readForecastFile(join(dir, name)).catch((error: unknown) => error)
    assert.ok(read instanceof OperatorError, `${name} was read`)
    assert.equal(read.exitCode, 2)
    return read.message.replaceAll(`${dir}/`, '')
  }
  assert.match(await said('a.yaml', source.replace('10', 'ten')), /^a\.yaml:5:\d+: items\[0\]\.seconds: .*got "ten"/)
  assert.match(await said('b.yaml', source.replace('{}', '{ perHour: 0 }')), /^b\.yaml:3:\d+: limits\.perHour: /)
  assert.match(
    await said('c.yaml', source.replace('limits', 'limit')),
    /limit: is not a field here; did you mean limits\?/,
  )
  assert.match(await said('n.yaml', `${source}notBeside: [friends]\n`), /notBeside: a playlist is always beside itself/)
  assert.match(
    await said('s.yaml', source.replace(', seconds: 10', '')),
    /items\[0\]\.seconds: is missing; a photo needs/,
  )
  for (const date of ['2026-02-30', '2027-02-29', '2026-13-01', '2026-06-31']) {
    const playlist = await playlistOf([assetCalled('one')], [], { window: { from: date } })
    assert.match(await said('d.json', JSON.stringify(playlist)), /^d\.json: window\.from: /)
  }
  const leap = await playlistOf([assetCalled('one')], [], { window: { from: '2028-02-29' } })
  writeFileSync(join(dir, 'leap.json'), JSON.stringify(leap))
  assert.equal((await readForecastFile(join(dir, 'leap.json'))).kind, 'playlist')
  assert.match(await said('e.json', '{"kind": "trust"}'), /^e\.json: is a trust document; expected a playlist/)
  assert.match(await said('f.json', '{"kind": '), /^f\.json: is not JSON: /)
  assert.match(await said('g.yaml', ''), /^g\.yaml: is empty/)
})

test('what is wrong in the call is said in a sentence', async (context) => {
  const dir = folder(context)
  const file = join(dir, 'friends.yaml')
  writeFileSync(file, source)
  const said = async (...more: string[]) => {
    const { code, stderr } = await runCli(['forecast', ...more])
    assert.equal(code, 2, stderr)
    return stderr
  }
  assert.match(await said(file, '--at', 'noon'), /--at noon: expected an instant/)
  assert.match(await said(file, '--time-zone', 'Sydney'), /--time-zone Sydney: expected an IANA time zone/)
  assert.match(await said(join(dir, 'missing.yaml'), '--for', '7d'), /missing\.yaml: there is no such file/)
})
