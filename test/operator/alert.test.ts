import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readXml } from '../../main/adapters/xml-text.ts'
import { actionOf, type CapAlert, readCap } from '../../shared/alert/cap.ts'
import { alertTexts } from '../../shared/alert/pages.ts'
import { runCli } from './cli.ts'
import { openDesk } from './desk.ts'

const { folder, env, player, close } = await openDesk('alert')
after(close)

type Message = Partial<
  Record<'identifier' | 'status' | 'msgType' | 'scope' | 'references' | 'expires' | 'more', string>
>

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, '+00:00')

/** A flood in Chinese and in English. */
function flood(message: Message = {}): string {
  const {
    identifier = 'CQ-FLOOD-7',
    status = 'Actual',
    msgType = 'Alert',
    scope = 'Public',
    expires = inAnHour(),
  } = message
  const info = (language: string, event: string, headline: string, instruction: string) =>
    `<info><language>${language}</language><category>Met</category><event>${event}</event><urgency>Immediate</urgency>
     <severity>Extreme</severity><certainty>Observed</certainty><expires>${expires}</expires><headline>${headline}</headline>
     <instruction>${instruction}</instruction><area><areaDesc>Hongya Cave</areaDesc></area></info>`
  return `<?xml version="1.0" encoding="UTF-8"?>${message.more ?? ''}
    <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${identifier}</identifier><sender>alerts@chongqing.example</sender>
    <sent>2026-11-22T19:05:00+08:00</sent><status>${status}</status><msgType>${msgType}</msgType><scope>${scope}</scope>
    <references>${message.references ?? ''}</references>
    ${info('zh-CN', '洪水红色预警', '请立即离开江边', '请步行前往高处。')}
    ${info('en', 'Flood: red warning', 'Leave the riverside now', 'Walk uphill. Do not drive.')}</alert>`
}

const read = (text: string) => readXml(Buffer.from(text))
function capOf(text: string): CapAlert {
  const xml = read(text)
  assert.ok(xml.ok, xml.ok ? '' : xml.message)
  const cap = readCap(xml.root)
  assert.ok(cap.ok, cap.ok ? '' : cap.mistakes.join('; '))
  return cap.alert
}

const attacks: Readonly<Record<string, readonly [Buffer | string, RegExp]>> = {
  'entities that grow': [
    flood({ more: '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' }),
    /document type is not allowed/,
  ],
  'a file of this machine': [
    flood({ more: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', identifier: '&x;' }),
    /document type is not allowed/,
  ],
  'a document type elsewhere': [flood({ more: '<!DOCTYPE a SYSTEM "http://evil.example/a.dtd">' }), /not allowed/],
  'an entity nobody declared': [flood({ identifier: '&x;' }), /entity/],
  'a thousand levels': ['<a>'.repeat(1000), /nested deeper than 32/],
  'a hundred thousand elements': [`<a>${'<b/>'.repeat(100_000)}</a>`, /more than 10000 elements/],
  'two megabytes': [`<a>${' '.repeat(2_000_000)}</a>`, /larger than/],
  'another encoding': [Buffer.from([0xff, 0xfe, 0x3c, 0x00]), /is not UTF-8/],
  'an end that is missing': ['<a><b></b>', /unclosed tag/],
  'two roots': ['<a/><b/>', /line 1/],
  'an attribute twice': ['<a b="1" b="2"/>', /duplicate attribute/],
  'a prefix that stands for nothing': ['<x:a/>', /unbound namespace prefix/],
  'a null character': ['<a>\0</a>', /disallowed character/],
  nothing: ['', /./],
}
for (const [name, [bytes, message]] of Object.entries(attacks)) {
  test(`an alert with ${name} is refused with a sentence`, () => {
    const xml = readXml(Buffer.from(bytes))
    assert.ok(!xml.ok)
    assert.match(xml.message, message)
  })
}

test('an alert is refused with every element that is wrong', () => {
  const xml = read(flood({ status: 'Real', scope: 'All', expires: 'soon' }))
  assert.ok(xml.ok)
  const cap = readCap(xml.root)
  assert.ok(!cap.ok)
  assert.deepEqual(
    cap.mistakes.map((mistake) => mistake.split(':')[0]),
    ['status', 'scope', 'info [1] expires', 'info [2] expires'],
  )
})

test('a text in a language that is written from the right is drawn from the right, and its last line is not broken anywhere', () => {
  const text = flood().replaceAll('>en<', '>ar-EG<')
  const [chinese, arabic] = alertTexts(capOf(text), 'Asia/Shanghai')
  assert.deepEqual([chinese?.direction, arabic?.direction], ['ltr', 'rtl'])
  assert.deepEqual([chinese?.foot.length, chinese?.foot[1]?.slice(0, 1), arabic?.foot[1]?.slice(0, 1)], [3, '→', '←'])
})

test('CAP 1.1 and other XML are no alert', () => {
  const xml = read(flood().replace('cap:1.2', 'cap:1.1'))
  assert.ok(xml.ok)
  const cap = readCap(xml.root)
  assert.ok(!cap.ok && /expected alert of urn:oasis:names:tc:emergency:cap:1.2/.test(cap.mistakes.join()))
})

const now = Date.parse('2026-11-22T12:00:00Z')
const late = { expires: '2026-11-22T13:00:00+00:00' }
const decisions: readonly (readonly [string, Message, boolean, object])[] = [
  [
    'an alert is shown until it expires',
    late,
    false,
    { kind: 'show', playlist: 'alert-CQ-FLOOD-7', until: late.expires },
  ],
  [
    'an update takes the place of the first message it refers to',
    { ...late, identifier: 'N8', msgType: 'Update', references: 'a@b,CQ-FLOOD-7,2026-11-22T19:05:00+08:00' },
    false,
    { kind: 'show', playlist: 'alert-CQ-FLOOD-7', until: late.expires },
  ],
  [
    'a cancellation takes off all it refers to',
    { msgType: 'Cancel', references: 'a@b,CQ-FLOOD-7,2026-11-22T19:05:00+08:00 a@b,CQ-6,2026-11-22T18:05:00+08:00' },
    false,
    { kind: 'withdraw', playlists: ['alert-CQ-FLOOD-7', 'alert-CQ-6'] },
  ],
  [
    'a drill is shown when that is meant',
    { ...late, status: 'Exercise' },
    true,
    { kind: 'show', playlist: 'alert-CQ-FLOOD-7', until: late.expires },
  ],
]
for (const [sentence, message, drill, expected] of decisions) {
  test(`CAP: ${sentence}`, () => assert.deepEqual(actionOf(capOf(flood(message)), now, drill), expected))
}
const refusals: readonly (readonly [string, Message, RegExp])[] = [
  ['what has expired is not shown', { expires: '2026-11-22T11:59:59+00:00' }, /expired/],
  ['an exercise is not shown as if it were real', { ...late, status: 'Exercise' }, /--drill/],
  ['a draft is never shown', { ...late, status: 'Draft' }, /Draft, not Actual\.$/],
  ['a restricted message is not for a wall', { ...late, scope: 'Restricted' }, /restricted/],
  ['an acknowledgement has nothing to show', { ...late, msgType: 'Ack' }, /nothing to show/],
  ['a cancellation of nothing is refused', { msgType: 'Cancel' }, /refers to none/],
]
for (const [sentence, message, why] of refusals) {
  test(`CAP: ${sentence}`, () => {
    const action = actionOf(capOf(flood(message)), now, false)
    assert.ok(action.kind === 'refuse')
    assert.match(action.message, why)
  })
}

test('a drill says so across the top, in the language of its text', () => {
  const texts = alertTexts(capOf(flood({ ...late, status: 'Exercise' })), 'Asia/Shanghai')
  assert.deepEqual(
    texts.map(({ banner }) => banner),
    ['演习', 'EXERCISE'],
  )
})

const fromCap = async (name: string, message: Message, ...more: string[]) => {
  const file = join(folder, `${name}.xml`)
  await writeFile(file, flood(message))
  return runCli(['alert', 'from-cap', file, '--target', 'players/wall-1', '--out', join(folder, name), ...more], env)
}

test('an alert becomes an emergency on the wall that ends with it, is updated in its place, and is cancelled', async () => {
  const shown = await fromCap('first', {}, '--yes', '--size', '640x360')
  assert.equal(shown.code, 0, shown.stdout + shown.stderr)
  const pictures = (await readdir(join(folder, 'first'))).filter((name) => name.endsWith('.png'))
  const list = player.playlists.get('alert-CQ-FLOOD-7')
  assert.deepEqual([list?.priority, list?.entry, list?.items.length], ['emergency', 'now', pictures.length])
  assert.ok(pictures.some((name) => name.startsWith('1-zh-CN')) && pictures.some((name) => name.startsWith('2-en')))
  assert.ok(Object.values(list?.assets ?? {}).every(({ width, height }) => width === 640 && height === 360))
  const statement = JSON.parse(Buffer.from(list?.approvals[0]?.payload ?? '', 'base64url').toString())
  assert.ok(Math.abs(Date.parse(statement.until) - Date.now() - 3_600_000) < 120_000)

  const references = 'alerts@chongqing.example,CQ-FLOOD-7,2026-11-22T19:05:00+08:00'
  const updated = await fromCap('second', { identifier: 'CQ-FLOOD-8', msgType: 'Update', references }, '--yes')
  assert.equal(updated.code, 0, updated.stdout + updated.stderr)
  assert.deepEqual([...player.playlists.keys()], ['alert-CQ-FLOOD-7'])
  assert.equal(player.playlists.get('alert-CQ-FLOOD-7')?.revision, 2)

  const cancelled = await fromCap('third', { identifier: 'CQ-FLOOD-9', msgType: 'Cancel', references })
  assert.equal(cancelled.code, 0, cancelled.stdout + cancelled.stderr)
  assert.equal(player.playlists.get('alert-CQ-FLOOD-7')?.withdrawn, true)
})

test('nothing is put on a wall that nobody said yes to', async () => {
  const run = await fromCap('unasked', { identifier: 'UNASKED' })
  assert.deepEqual([run.code, /say --yes/.test(run.stderr)], [2, true])
  assert.ok(!player.playlists.has('alert-UNASKED'))
})
