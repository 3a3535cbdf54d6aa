import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answerOf, answerText, type Pushed } from '../../shared/operator/answer.ts'
import { emptyFleet, type Fleet, fleetAfter, playersOf } from '../../shared/operator/fleet.ts'
import { nearest } from '../../shared/operator/nearest.ts'
import { itemIds } from '../../shared/operator/playlist-payload.ts'
import { sizeText } from '../../shared/operator/sizes.ts'
import { cutTo, printable, tableLines, textWidth } from '../../shared/operator/text-table.ts'
import type { PlaylistReport, RefusedReport, State } from '../../shared/reports/state.ts'

const at = '2026-11-22T08:00:00Z'
const topic = 'p/groups/plaza/playlists/plaza'
const pushed: Pushed = {
  kind: 'playlist',
  topic,
  id: 'plaza',
  target: 'groups/plaza',
  revision: 7,
  withdrawn: false,
  totalBytes: 1000,
  labels: new Map([['sha256:00', 'films/a.mp4']]),
  refusedBefore: new Map(),
}
const refusal: RefusedReport = { at, topic, code: 'stale', field: 'revision', message: 'too old' }
const held = (change: Partial<PlaylistReport> = {}): PlaylistReport => ({
  id: 'plaza',
  target: 'groups/plaza',
  revision: 7,
  status: 'waiting',
  missingBytes: 0,
  reasons: [],
  ...change,
})
const stateWith = (playlists: PlaylistReport[], refused: RefusedReport[] = []): State => ({
  at,
  now: { slate: 'nothing' },
  next: null,
  playlists,
  refused,
  clock: 'trusted',
  trust: 1,
  site: 1,
  version: '1',
  host: 'chromium',
})

const message = (fleet: Fleet, report: string, value: unknown): Fleet =>
  fleetAfter(fleet, 'p', `p/players/wall-1/${report}`, new TextEncoder().encode(JSON.stringify(value)))
const online = message(emptyFleet, 'presence', { online: true, since: at, version: '1' })
const offline = message(emptyFleet, 'presence', { online: false })

const answers: readonly (readonly [title: string, fleet: Fleet, pushed: Pushed, text: string])[] = [
  ['nobody has heard of it', emptyFleet, pushed, 'never seen on this broker'],
  ['it is not connected', offline, pushed, 'offline'],
  ['it has said nothing', online, pushed, 'no answer yet'],
  [
    'it still has the revision before',
    message(online, 'state', stateWith([held({ revision: 6, status: 'live' })])),
    pushed,
    'no answer yet',
  ],
  [
    'it has accepted and lacks bytes',
    message(online, 'state', stateWith([held({ missingBytes: 600 })])),
    pushed,
    'accepted, downloading 40 %',
  ],
  [
    'it lacks something else',
    message(online, 'state', stateWith([held({ reasons: ['item one is quarantined'] })])),
    pushed,
    'accepted (item one is quarantined)',
  ],
  [
    'it shows what it has while the rest is under way',
    message(online, 'state', stateWith([held({ status: 'live', missingBytes: 250 })])),
    pushed,
    'live, downloading 75 %',
  ],
  ['it shows it', message(online, 'state', stateWith([held({ status: 'live' })])), pushed, 'live'],
  [
    'it waits for its window',
    message(online, 'state', stateWith([held({ status: 'scheduled' })])),
    pushed,
    'scheduled',
  ],
  [
    'it had it before it went offline',
    message(offline, 'state', stateWith([held({ status: 'ready' })])),
    pushed,
    'ready',
  ],
  ['it has a later one', message(online, 'state', stateWith([held({ revision: 9 })])), pushed, 'keeps revision 9'],
  [
    'it has one of the same name for another target',
    message(online, 'state', stateWith([held({ target: 'players/wall-1', status: 'live' })])),
    pushed,
    'no answer yet',
  ],
  [
    'it has refused it',
    message(online, 'state', stateWith([], [refusal])),
    pushed,
    'refused: revision: too old (stale)',
  ],
  [
    'it had refused another one before',
    message(online, 'state', stateWith([], [refusal])),
    { ...pushed, refusedBefore: new Map([['wall-1', [refusal]]]) },
    'no answer yet',
  ],
  [
    'it has refused it at first and taken it then',
    message(online, 'state', stateWith([held({ status: 'live' })], [refusal])),
    pushed,
    'live',
  ],
  [
    'a download fails',
    message(message(online, 'state', stateWith([held({ missingBytes: 1000 })])), 'events', {
      at,
      code: 'asset-download-failed',
      severity: 'warning',
      message: 'sha256:00 cannot be fetched: the server answers 404',
      about: { asset: 'sha256:00', reason: 'the server answers 404' },
    }),
    pushed,
    'accepted, downloading 0 % (films/a.mp4: the server answers 404)',
  ],
  [
    'it has withdrawn it',
    message(online, 'state', stateWith([held({ status: 'withdrawn' })])),
    { ...pushed, withdrawn: true },
    'withdrawn',
  ],
  [
    'it believes new keys',
    message(online, 'state', stateWith([])),
    { ...pushed, kind: 'trust', revision: 1 },
    'in force',
  ],
  [
    'it does not know of new keys yet',
    message(online, 'state', stateWith([])),
    { ...pushed, kind: 'trust', revision: 2 },
    'no answer yet',
  ],
]
for (const [title, fleet, document, text] of answers) {
  test(`the answer of a player is "${text}" when ${title}`, () => {
    assert.equal(answerText(answerOf(document, 'wall-1', fleet)), text)
  })
}

test('messages that are no reports leave the fleet as it was', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('presence', 'state', 'events', 'health', 'nonsense'),
      fc.uint8Array(),
      (report, bytes) => {
        assert.equal(fleetAfter(online, 'p', `p/players/wall-1/${report}`, bytes), online)
      },
    ),
  )
})

test('a target means the one player it names, or those whose site names the group', () => {
  const site = (groups: string[]) => {
    const payload = Buffer.from(JSON.stringify({ groups })).toString('base64url')
    return JSON.stringify({ payload, signatures: [{ protected: 'e30', signature: 'A'.repeat(86) }] })
  }
  const fleet = ['wall-2', 'wall-1', 'wall-3'].reduce(
    (before, id, index) =>
      fleetAfter(before, 'p', `p/players/${id}/site`, Buffer.from(site(index === 2 ? ['harbour'] : ['plaza', 'all']))),
    emptyFleet,
  )
  assert.deepEqual(playersOf(fleet, 'groups/plaza'), ['wall-1', 'wall-2'])
  assert.deepEqual(playersOf(fleet, 'players/wall-9'), ['wall-9'])
  assert.deepEqual(playersOf(fleet, 'groups/none'), [])
})

test('every item has an id of its own, whatever its file is called', () => {
  const files = ['films/a.mp4', 'other/a.mp4', '洪崖洞.mp4', 'night market (2).jpg', 'b.png', '-.png']
  const items = [...files.map((file) => ({ file, id: undefined })), { file: 'c.png', id: 'b' }]
  assert.deepEqual(itemIds(items), ['a', 'a-2', 'item-3', 'night-market-2', 'b-2', 'item-6', 'b'])
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (names) => {
      const ids = itemIds(names.map((file) => ({ file, id: undefined })))
      assert.equal(new Set(ids).size, names.length)
      for (const id of ids) assert.match(id, /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    }),
  )
})

test('a mistyped word finds the nearest one, and nonsense finds none', () => {
  const fields = ['seconds', 'fit', 'transition', 'file', 'window']
  assert.deepEqual(
    ['secnds', 'fitt', 'tranistion', 'flie', 'Window', 'colour'].map((word) => nearest(word, fields)),
    ['seconds', 'fit', 'transition', 'file', 'window', undefined],
  )
})

test('a table is aligned in columns of the terminal, also with Chinese texts, and never wider than asked', () => {
  const rows = [
    ['PLAYER', 'WALL'],
    ['wall-1', '解放碑'],
    ['w', 'x'],
  ]
  assert.deepEqual(tableLines(rows, 80), ['PLAYER  WALL', 'wall-1  解放碑', 'w       x'])
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 })),
      fc.integer({ min: 40, max: 120 }),
      (cells, width) => {
        for (const line of tableLines(cells, width)) assert.ok(textWidth(line) <= width, line)
      },
    ),
  )
  assert.equal(cutTo('外国人@重庆', 6), '外国…')
})

test('what comes from elsewhere cannot steer the terminal', () => {
  assert.equal(printable('a\u001b[2Jb\r\n\u009bc\u202ed'), 'a·[2Jb···c·d')
})

test('sizes are told in units people use', () => {
  assert.deepEqual([0, 999, 1938653, 123_456_789, 5e12].map(sizeText), [
    '0 bytes',
    '999 bytes',
    '1.9 MB',
    '123 MB',
    '5.0 TB',
  ])
})

test('a take-down is done only when the player has the list and nothing of it is on the wall any more', () => {
  const list: Pushed = { ...pushed, kind: 'takedowns', target: 'fleet', revision: 3, takenDown: new Set(['sha256:00']) }
  const on = (asset: string) => ({ playlist: 'plaza', revision: 7, item: 'a', asset, since: at })
  const said = (now: State['now'], takedowns?: number) =>
    answerOf(list, 'wall-1', message(online, 'state', { ...stateWith([]), now, takedowns }))
  assert.equal(said({ slate: 'nothing' }).kind, 'silent')
  assert.equal(said({ slate: 'nothing' }, 2).kind, 'silent')
  assert.deepEqual(said(on('sha256:00'), 3), { kind: 'silent', note: 'has the list; still on the wall' })
  assert.deepEqual(said(on('sha256:11'), 3), { kind: 'has', status: 'off the wall' })
  assert.deepEqual(said({ slate: 'nothing' }, 3), { kind: 'has', status: 'off the wall' })
})
