import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultConfiguration, readConfiguration } from '../../main/app/configuration.ts'
import type { Readings } from '../../shared/health/health.ts'
import { isFromOwnPage, isOwnHost } from '../../shared/technician/own-host.ts'
import {
  afterRightPin,
  afterWrongPin,
  freshGuard,
  type PinGuard,
  pinWaitMs,
} from '../../shared/technician/pin-guard.ts'
import { openFault, withoutTokens } from '../../shared/technician/report.ts'
import { pageLanguageOf } from '../../shared/technician/texts.ts'
import { technicianView } from '../../shared/technician/view.ts'
import { at, healthOf, readings, reasonOf, state } from './reports.ts'

/** Wrong PINs of one client, each as soon as it is listened to; what it had to wait after each. */
function waits(guard: PinGuard, client: string, tries: number): number[] {
  let nowMs = 0
  let now = guard
  return Array.from({ length: tries }, () => {
    now = afterWrongPin(now, client, nowMs)
    const wait = pinWaitMs(now, client, nowMs)
    nowMs += wait
    return wait / 1000
  })
}

test('who guesses waits twice as long each time, up to a quarter of an hour', () => {
  assert.deepEqual(waits(freshGuard, 'a', 13), [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
})

test('many who guess together make all wait, but a technician never longer than a minute', () => {
  let guard = freshGuard
  for (let client = 0; client < 200; client += 1) guard = afterWrongPin(guard, `client ${client}`, 0)
  assert.equal(pinWaitMs(guard, 'somebody else', 0), 60_000)
  assert.equal(pinWaitMs(guard, 'somebody else', 60_000), 0)
})

test('six digits outlast a year of guessing from as many addresses as there are', () => {
  let guard = freshGuard
  let nowMs = 0
  const guesses = 2000
  for (let guess = 0; guess < guesses; guess += 1) {
    nowMs += pinWaitMs(guard, `client ${guess}`, nowMs)
    guard = afterWrongPin(guard, `client ${guess}`, nowMs)
  }
  const yearsForHalf = ((nowMs / guesses) * 500_000) / (365 * 86_400_000)
  assert.ok(yearsForHalf > 0.9, `${yearsForHalf} years`)
  assert.ok(guard.clients.size <= 256, 'and it costs no memory')
})

test('a right PIN clears its own client only, and wrong ones are forgotten after ten quiet minutes', () => {
  let guard = freshGuard
  for (let guess = 0; guess < 3; guess += 1) guard = afterWrongPin(afterWrongPin(guard, 'a', 0), 'b', 0)
  guard = afterRightPin(guard, 'a')
  assert.equal(pinWaitMs(afterWrongPin(guard, 'a', 0), 'a', 0), 0)
  assert.equal(pinWaitMs(afterWrongPin(guard, 'b', 0), 'b', 0), 5000)
  assert.equal(pinWaitMs(afterWrongPin(guard, 'b', 700_000), 'b', 700_000), 0)
})

test('a machine is called by the address that was connected to, or by a name of its own', () => {
  const own = { localAddress: '::ffff:192.168.4.7', port: 8420, names: ['plazacast-a.local'], secure: true }
  assert.ok(isOwnHost('192.168.4.7:8420', own))
  assert.ok(isOwnHost('PLAZACAST-A.local:8420', own))
  assert.ok(isOwnHost('192.168.4.7', { ...own, port: 443 }))
  const strangers = [
    '192.168.4.8:8420',
    '192.168.4.7',
    'localhost:8420',
    'evil.example:8420',
    '',
    ':8420',
    'plazacast-a.local.:8420',
    'a@192.168.4.7:8420',
  ]
  for (const host of [...strangers, undefined]) assert.ok(!isOwnHost(host, own), host)
})

test('only the page itself asks for changes', () => {
  const headers = { host: 'a:1', origin: 'https://a:1', 'plazacast-page': '1', 'content-type': 'application/json' }
  assert.ok(isFromOwnPage(headers, true))
  assert.ok(!isFromOwnPage(headers, false))
  for (const name of Object.keys(headers)) assert.ok(!isFromOwnPage({ ...headers, [name]: undefined }, true), name)
})

test('addresses are shown without what may be a password or a token', () => {
  assert.equal(withoutTokens('GET https://u:p@cdn.example/a/b.mp4?sig=1#x: 503'), 'GET https://cdn.example/a/b.mp4 503')
  assert.equal(withoutTokens('no connection to mqtts://user:pass@broker:8883'), 'no connection to mqtts://broker:8883')
})

test('what is seen of a fault is a title and a sentence in both languages, and the message without what may be a secret', () => {
  const event = { at, code: 'asset-download-failed', severity: 'warning', firstAt: at, times: 3 } as const
  const message = 'sha256:0f3a cannot be fetched: https://u:p@cdn.example/a.mp4?sig=1 says 503'
  const about = { asset: `sha256:0f3a4d5e${'0'.repeat(56)}`, reason: 'https://u:p@cdn.example/a.mp4?sig=1 says 503' }
  const { title, sentence, detail } = openFault({ ...event, message, about })
  assert.deepEqual(title, { en: 'A download failed', zh: '下载失败' })
  assert.match(sentence.en, /^The file 0f3a4d5e cannot be fetched: https:\/\/cdn\.example\/a\.mp4 says 503\./)
  assert.equal(sentence.zh, '文件 0f3a4d5e 无法下载。稍后会重试。', 'English words are not put into a Chinese sentence')
  assert.equal(detail, 'sha256:0f3a cannot be fetched: https://cdn.example/a.mp4 says 503')
  const later = openFault({ ...event, code: 'of-a-later-version', message: 'oh', about: {} })
  assert.deepEqual([later.title.zh, later.sentence.zh], ['of-a-later-version', 'oh'])
})

const report = {
  at,
  playerId: 'wall',
  name: null,
  place: null,
  timeZone: 'Asia/Shanghai',
  health: healthOf('ok', [reasonOf('wall-dark', 'info', 'The wall is off by order.', '屏幕按计划关闭。')]),
  state: { at, ...state },
  faults: [],
  actions: [],
  signedIn: false,
}

test('a player that falls silent is said to be silent, whatever its last verdict was', () => {
  const sinceMs = Date.parse(at)
  const view = technicianView(report, { sinceMs, forMs: 34_000 }, 'en')
  assert.equal(view.verdict, 'silent')
  assert.match(view.told[0]?.sentence ?? '', /since 20:00:00 \(34 s\)/)
  assert.equal(technicianView(report, undefined, 'en').verdict, 'ok')
})

test('a technician reads by which address the player is reached, or that no line is plugged in while the broker is missed', () => {
  const [line] = readings.network
  const rowsOf = (network: Readings['network'], missed: boolean) => {
    const reasons = missed ? [reasonOf('broker-lost', 'degraded', 'No connection.', '断开。')] : []
    const { machine } = technicianView({ ...report, health: healthOf('ok', reasons, { network }) }, undefined, 'zh')
    return machine.filter(({ label }) => label === '网络').map(({ value, isBad }) => [value, isBad])
  }
  assert.deepEqual(rowsOf(readings.network, true), [['enp3s0 192.168.7.4', false]])
  assert.deepEqual(rowsOf(line ? [{ ...line, isUp: false }] : [], true), [['未连接', true]])
  assert.deepEqual(rowsOf([], false), [])
})

test('what is no fault is told without being one: a wall that is off by order says so', () => {
  const view = technicianView(report, undefined, 'zh')
  assert.equal(view.verdict, 'ok')
  assert.deepEqual(view.told, [{ title: '', sentence: '屏幕按计划关闭。' }])
})

test('the page speaks the first language of its reader that it knows', () => {
  assert.equal(pageLanguageOf(['zh-Hant-TW', 'en']), 'zh')
  assert.equal(pageLanguageOf(['de-DE', 'en-US', 'zh']), 'en')
  assert.equal(pageLanguageOf(['de']), 'en')
})

test('a configuration that would show a PIN to a whole network, or has one that is guessed first, is refused', () => {
  const read = (health: unknown) => readConfiguration([{ health }], defaultConfiguration('wall', '/tmp/x'))
  assert.match(
    read({ listen: 'lan', tls: 'off', pin: '482913' }).problems[0] ?? '',
    /^health\.tls: expected an address/,
  )
  for (const pin of ['1234', '123456', '987654', '111111', '121212', '48291a'])
    assert.match(read({ pin }).problems[0] ?? '', /^health\.pin: expected/, pin)
  const fine = read({ listen: 'lan', tls: 'off', address: '10.9.0.2', pin: '482913' })
  assert.deepEqual(fine.problems, [])
  assert.equal(fine.configuration.health.listen, 'lan')
  assert.equal(read({ listen: 'everywhere' }).configuration.health.listen, 'loopback')
})
