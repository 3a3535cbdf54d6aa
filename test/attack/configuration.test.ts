import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type PlayerFlags, readPlayerStart } from '../../main/player-options.ts'
import { chanceOf } from './chance.ts'
import { keys } from './world.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'plazacast-configuration-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

const good = {
  playerId: 'wall',
  broker: { url: 'mqtts://broker.example:8883' },
  rootKeys: [keys.root1.jwk],
  host: 'chromium',
}

function readText(text: string | Uint8Array, flags: PlayerFlags = {}) {
  const file = join(folder, 'kiosk.json')
  writeFileSync(file, text)
  return readPlayerStart({ dataDir: folder, config: file, ...flags }).read
}
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** What a technician may leave in kiosk.json: each is named, and what else is in the file still counts. */
const garbage: Record<string, string | Uint8Array> = {
  nothing: '',
  'not JSON': '{"playerId":',
  null: 'null',
  'a list': '[]',
  'a number': '7',
  'a text': '"wall"',
  noise: Uint8Array.from([0, 255, 254, 1]),
  'UTF-16': Buffer.from(JSON.stringify(good), 'utf16le'),
  'very deep JSON': `{"playerId":${deep(50_000)}}`,
  'a comment': `// mine\n${JSON.stringify(good)}`,
}
for (const [name, text] of Object.entries(garbage)) {
  test(`a configuration that is ${name} is said to be wrong, and the player starts with what it knows itself`, () => {
    const { configuration, problems } = readText(text)
    assert.equal(problems.length > 0, true)
    assert.deepEqual(configuration.rootKeys, [], 'it believes nobody')
    assert.equal(configuration.broker, undefined)
    assert.match(configuration.playerId, /^[a-z0-9-]{1,64}$/)
  })
}

/** One field each, with the beginning of the sentence that names it. */
const wrong: [field: string, value: unknown][] = [
  ...['', 'a/b', '../x', 'WALL', 'wall ', '+', '#', 'a'.repeat(65), 7, null, {}].map((value): [string, unknown] => [
    'playerId',
    value,
  ]),
  ...['', '#', 'a/+/b', '/x', 'x/', 'a'.repeat(101), 7].map((value): [string, unknown] => ['topicPrefix', value]),
  ...[
    {},
    'mqtt://x',
    { url: 'http://x' },
    { url: 'file:///x' },
    { url: 'javascript:x' },
    { url: '' },
    { url: 'mqtt://x', extra: 1 },
    [],
  ].map((value): [string, unknown] => ['broker', value]),
  ...[
    {},
    'x',
    [7],
    [{ ...keys.root1.jwk, d: 'A'.repeat(43) }],
    [{ kty: 'oct', k: 'AAAA' }],
    Array(17).fill(keys.root1.jwk),
  ].map((value): [string, unknown] => ['rootKeys', value]),
  ...['firefox', '', 7, null].map((value): [string, unknown] => ['host', value]),
  ...['yes', 1, null].map((value): [string, unknown] => ['headless', value]),
  ...['1x1', { width: 0, height: 1 }, { width: 1e9, height: 16 }, { width: '640', height: 360 }].map(
    (value): [string, unknown] => ['size', value],
  ),
  ...['en', Array(9).fill('en'), [7]].map((value): [string, unknown] => ['languages', value]),
  ['extra', 1],
  ['health.port', 1],
]
for (const [field, value] of wrong) {
  test(`${field}: ${JSON.stringify(value).slice(0, 60)} is named, and the rest of the file counts`, () => {
    const others = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
    const { configuration, problems } = readText(JSON.stringify({ ...others, [field]: value }))
    assert.ok(
      problems.some((sentence) => sentence.startsWith(field)),
      problems.join('\n'),
    )
    if (field !== 'rootKeys') assert.equal(configuration.rootKeys.length, 1)
    if (field !== 'playerId') assert.equal(configuration.playerId, 'wall')
    assert.equal(JSON.stringify(problems).includes('A'.repeat(43)), false, 'no private key is repeated')
  })
}

test('a member named __proto__ changes no setting', () => {
  const { configuration } = readText('{"__proto__":{"rootKeys":[],"headless":true},"playerId":"wall"}')
  assert.equal(configuration.headless, false)
  assert.equal(({} as Record<string, unknown>).headless, undefined)
})

test('a folder, or nothing, where the configuration should be is said', () => {
  mkdirSync(join(folder, 'a-folder'))
  for (const config of [join(folder, 'a-folder'), join(folder, 'nowhere.json'), '/dev/null', '\u0000']) {
    const { problems } = readPlayerStart({ dataDir: folder, config }).read
    assert.ok(problems.length > 0, config)
  }
})

test('flags are read as strictly as the file', () => {
  const attempts: PlayerFlags[] = [
    { playerId: '../x' },
    { broker: 'http://x' },
    { topicPrefix: '#' },
    { host: 'firefox' },
    { size: 'big' },
    { size: '99999999999x1' },
    { rootKeys: join(folder, 'nowhere.json') },
    { rootKeys: '/dev/null' },
  ]
  for (const flags of attempts) {
    const { problems, configuration } = readText(JSON.stringify(good), flags)
    assert.ok(problems.length > 0, JSON.stringify(flags))
    assert.equal(configuration.host, 'chromium')
  }
})

test('two thousand configurations with a byte changed: none throws, and no key comes of it that was not there', () => {
  const text = Buffer.from(JSON.stringify(good))
  for (let seed = 0; seed < 2000; seed += 1) {
    const chance = chanceOf(seed)
    const changed = Buffer.from(text)
    changed[chance.below(changed.length)] = chance.below(256)
    const { configuration } = readText(changed)
    assert.match(configuration.playerId, /^[a-z0-9-]{1,64}$/)
    assert.ok(configuration.rootKeys.length <= 1)
  }
})
