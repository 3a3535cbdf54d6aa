import type { Chance } from '../chance.ts'
import type { Payload } from '../forge.ts'
import { type Move, type Recipe, sentText, signedBy } from '../move.ts'
import {
  acceptedRevision,
  commandPayload,
  genuine,
  keys,
  playlistPayload,
  prefix,
  roots,
  shown,
  sitePayload,
  takedownsPayload,
  trustPayload,
} from '../world.ts'

/** Attacks by someone who holds a true key: documents in order but for one field. */
const next = acceptedRevision + 1
const published = (more: Payload): Move => {
  const { bytes } = genuine('playlist', playlistPayload(next, shown, more), keys.publisher)
  return sentText(`${prefix}/players/wall/playlists/friends`, bytes)
}
const playlistWith =
  (more: (chance: Chance) => Payload): Recipe =>
  (chance) =>
    published(more(chance))

const item = { id: 'item-1', asset: shown[0]?.asset, seconds: 2 }
const itemWith = (more: (chance: Chance) => object): Recipe =>
  playlistWith((chance) => ({ items: [{ ...item, ...more(chance) }] }))
const assetWith = (more: (chance: Chance) => object): Recipe =>
  playlistWith((chance) => {
    const payload = playlistPayload(next, shown)
    const assets = Object.entries(payload.assets as Record<string, object>)
    return { assets: Object.fromEntries(assets.map(([name, facts]) => [name, { ...facts, ...more(chance) }])) }
  })

const pathTricks = [
  ...['../../etc/passwd', '..', '.', '/etc/passwd', 'C:\\x', '%2e%2e%2f', '..%2f', '\\\\host\\share', 'a/b', 'a//b'],
  ...['\u0000', 'a\u0000.png', 'con\u0000', '+', '#', 'a/+/b', '$SYS', ' ', '', 'a'.repeat(65), '-rf', '~', '`id`'],
]
/** What looks like `wall` or like nothing: composed and decomposed, full width, right to left, zero width, Cyrillic. */
const unicodeTricks = [
  ...['\u00e9', 'e\u0301', '\uff57\uff41\uff4c\uff4c', 'wall\u200b', '\u202ewall', '\u2066wall\u2069', 'w\u0430ll'],
  ...['\ufeffwall', 'wall\u00ad', '\u{1f9f1}', 'WALL', 'wall\n', 'wall ', '\u0131', '\u017f'],
]
const addressTricks = [
  ...[
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://x/y',
    'blob:http://x/1',
    '//x/y',
    '/y',
    'y',
  ],
  ...['http://user:pass@127.0.0.1/', 'http://user@evil.example/', 'https://', 'http://', 'ws://x/', 'gopher://x/'],
  ...[
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    `http://x/${'a'.repeat(5000)}`,
    'chrome://gpu',
  ],
]
const nothingMuch = [null, true, -1, 0.5, '', [], {}, [[]], '1', { length: 1 }]

export const payloadAttacks: Record<string, Recipe> = {
  'a path for the id of a playlist': playlistWith((chance) => ({ id: chance.one(pathTricks) })),
  'odd Unicode for the id of a playlist': playlistWith((chance) => ({ id: chance.one(unicodeTricks) })),
  'a path for the id of an item': itemWith((chance) => ({ id: chance.one(pathTricks) })),
  'odd Unicode for the id of an item': itemWith((chance) => ({
    id: chance.one(unicodeTricks.filter((text) => text !== 'WALL')),
  })),
  'a path or another name for an asset': itemWith((chance) => {
    const name = String(shown[0]?.asset)
    const tricks = [name.toUpperCase(), `${name}/../x`, `${name}0`, name.slice(0, -1), name.slice(7), `${name}\n`]
    return { asset: chance.one([...pathTricks, ...tricks, ` ${name}`, name.replace('sha256', 'sha1')]) }
  }),
  'an asset that is not described': itemWith(() => ({ asset: `sha256:${'0'.repeat(64)}` })),
  'two items of one id': playlistWith(() => ({ items: [item, item] })),
  'an address that is none, or not of the web': assetWith((chance) => ({ urls: [chance.one(addressTricks)] })),
  'an address in a QR code that is not of the web': itemWith((chance) => ({ qr: chance.one(addressTricks) })),
  'too many addresses': assetWith(() => ({ urls: Array(17).fill('https://cdn.example/x') })),
  'a size that is none': assetWith((chance) => ({ bytes: chance.one([0, -1, 0.5, 2 ** 40, '7', null, [7]]) })),
  'a media type that is none': assetWith((chance) => ({
    mediaType: chance.one(['text/html', 'image/svg+xml', 'application/pdf', 'image/png; x', 'IMAGE/PNG', '', null]),
  })),
  'a duration that is none': itemWith((chance) => ({ seconds: chance.one([0, -1, 86_401, 1e300, '2', null, [2]]) })),
  'a photo without a duration': playlistWith(() => ({ items: [{ id: 'item-1', asset: shown[0]?.asset }] })),
  'a text beyond its length': itemWith((chance) =>
    chance.one<object>([
      { caption: { en: 'x'.repeat(2001) } },
      { hashtag: 'x'.repeat(101) },
      { credit: { author: 'x'.repeat(201) } },
      { caption: { '../en': 'x' } },
      { caption: ['x'] },
    ]),
  ),
  'a field too many': (chance) =>
    chance.one([
      () => published({ extra: 1 }),
      () => published({ items: [{ ...item, html: '<script>' }] }),
      () => signedBy('site', sitePayload(next, { rootKeys: [] }), keys.operator),
      () => signedBy('trust', trustPayload(next, { keysUrl: 'https://evil.example' }), ...roots),
      () => signedBy('takedowns', takedownsPayload(next, [], { lift: true }), keys.approver1),
      () => signedBy('command', commandPayload({ revision: 1 }), keys.operator),
    ])(),
  'a field of a wrong type': (chance) => {
    const name = chance.one([
      'kind',
      'id',
      'revision',
      'issuedAt',
      'target',
      'items',
      'assets',
      'approvals',
      'priority',
    ])
    const wrong = chance.one(nothingMuch.filter((value) => !(Array.isArray(value) && value.length === 0)))
    return published({ [name]: name === 'assets' ? chance.one([null, 1, 'x', [[]]]) : wrong })
  },
  'a field that is missing': playlistWith((chance) => ({
    [chance.one(['kind', 'id', 'revision', 'issuedAt', 'target', 'items', 'assets'])]: undefined,
  })),
  'a value that is no choice': playlistWith((chance) =>
    chance.one<Payload>([
      { priority: 'Emergency' },
      { priority: 'root' },
      { entry: 'NOW' },
      { weight: 0 },
      { weight: 1001 },
      { weight: 1.5 },
      { window: { from: '2026-13-01' } },
      { window: { from: '2026-12-01', until: '2026-11-01' } },
      { dayparts: [{ from: '25:00' }] },
      { dayparts: [{ days: [7] }] },
      { dayparts: Array(65).fill({ from: '07:00' }) },
      { issuedAt: 'yesterday' },
      { issuedAt: '2026-11-22' },
      { withdrawn: 'false' },
    ]),
  ),
  'a site that is none': (chance) =>
    signedBy(
      'site',
      sitePayload(
        next,
        chance.one<Payload>([
          { timeZone: '../../etc/localtime' },
          { timeZone: 'Mars/Olympus' },
          { groups: ['../x'] },
          { groups: ['+'] },
          { groups: ['#'] },
          { groups: Array(65).fill('a') },
          { place: { latitude: 91 } },
          { fallback: ['x'] },
          { cache: { quotaBytes: -1 } },
        ]),
      ),
      keys.operator,
    ),
  'a trust that is none': (chance) =>
    signedBy(
      'trust',
      trustPayload(
        next,
        chance.one<Payload>([
          { approvals: { needed: 0 } },
          { approvals: { needed: -1 } },
          { approvals: { needed: 0.5 } },
          { separation: 'off' },
          { rootKeys: [] },
          { roots: { needed: 0 } },
          { keys: [{ jwk: { ...keys.publisher.jwk, d: 'A'.repeat(43) }, roles: ['publisher'] }] },
          { keys: [{ jwk: keys.publisher.jwk, roles: ['root'] }] },
          { keys: [{ jwk: keys.publisher.jwk, roles: [] }] },
          { keys: [{ jwk: { kty: 'oct', k: 'AAAA' }, roles: ['publisher'] }] },
        ]),
      ),
      ...roots,
    ),
}
