import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ReasonCode, reasonCodes } from '../../shared/health/codes.ts'
import { type Health, health, type Readings } from '../../shared/health/health.ts'
import { type Judgement, reasonsOf, verdictOf } from '../../shared/health/judge.ts'
import { prometheusText } from '../../shared/health/prometheus.ts'
import { reasonTexts } from '../../shared/health/texts.ts'
import { namesIn } from '../../shared/texts/bilingual.ts'
import { atMs, lookFor, wrongs } from './judging.ts'
import { wellReadings } from './readings.ts'

const { picture } = wellReadings()

const codesOf = (judgement: Judgement): string[] => reasonsOf(judgement).map(({ code }) => code)

test('a wall on which nothing is wrong is ok and has no reasons, for as long as one looks', () => {
  const judgement = lookFor(600, wellReadings())
  assert.deepEqual(reasonsOf(judgement), [])
  assert.equal(verdictOf(reasonsOf(judgement)), 'ok')
})

test('a machine that cannot be read, without a broker, has no reasons', () => {
  const blind = wellReadings({ cpu: null, memory: null, temperatures: [], disk: null, database: null, broker: null })
  const unseen = { ...picture, droppedPercent: null, blackMs: null, frameAgeMs: null }
  assert.deepEqual(codesOf(lookFor(120, { ...blind, picture: unseen })), [])
})

for (const [code, wrong] of Object.entries(wrongs) as [ReasonCode, Partial<Readings>][]) {
  test(`${code}: given when it is so, alone, in both languages, and taken back when it is not`, () => {
    const slow = code === 'cpu-busy' ? 62 : 6
    const judgement = lookFor(slow, wellReadings(wrong))
    const [reason, ...others] = reasonsOf(judgement)
    assert.equal(reason?.code, code)
    assert.deepEqual(others, [])
    assert.equal(reason?.since, '2026-11-22T02:00:00.000Z')
    const { title, messages } = reason ?? {}
    for (const text of [title?.en, title?.zh, messages?.en, messages?.zh])
      assert.doesNotMatch(text ?? '?', /[{}?…[\]]|undefined|NaN/)
    for (const text of [title?.zh, messages?.zh]) assert.match(text ?? '', /\p{Script=Han}/u)
    assert.equal(reason?.message, `${title?.en}. ${messages?.en}`)
    const expected = { info: 'ok', degraded: 'degraded', failing: 'failing' }[reasonCodes[code]]
    assert.equal(verdictOf(reasonsOf(judgement)), expected)
    assert.deepEqual(codesOf(lookFor(40, wellReadings(), judgement, slow + 2)), [])
  })
}

test('what is wrong for a moment only is not told', () => {
  const short: ReasonCode[] = ['slate-shown', 'disk-full', 'cpu-hot', 'cpu-busy', 'clock-wrong', 'broker-lost']
  for (const code of short) {
    const once = lookFor(0, wellReadings(wrongs[code]))
    assert.deepEqual(codesOf(lookFor(60, wellReadings(), once, 2)), [], code)
  }
})

test('a value that swings around a limit is told once, and not again and again', () => {
  const at = (temperatureCelsius: number) =>
    wellReadings({ temperatures: [{ sensor: 'k10temp Tctl', temperatureCelsius, criticalCelsius: null }] })
  let judgement = lookFor(6, at(91))
  assert.deepEqual(codesOf(judgement), ['cpu-hot'])
  for (let turn = 0; turn < 20; turn++) {
    judgement = lookFor(2, at(turn % 2 === 0 ? 86 : 91), judgement, 8 + 4 * turn)
    assert.deepEqual(codesOf(judgement), ['cpu-hot'], `turn ${turn}`)
  }
  assert.deepEqual(codesOf(lookFor(30, at(80), judgement, 100)), [])
})

test('a film that is black by itself, a dark wall and a black that nobody saw are no black picture', () => {
  const kinds: Partial<Readings['picture']>[] = [
    { blackMs: 30_000, blackByItself: true },
    { kind: 'dark', on: 'outside its opening hours', blackMs: 30_000, blackByItself: false },
    { kind: 'none', blackMs: 30_000 },
    { blackMs: null },
  ]
  for (const kind of kinds) {
    const codes = codesOf(lookFor(20, wellReadings({ picture: { ...picture, ...kind } })))
    assert.ok(!codes.includes('picture-black'), JSON.stringify(kind))
  }
})

test('a display that is switched off while the wall is dark by order is nobody’s fault', () => {
  const dark = wellReadings({ ...wrongs['wall-dark'], ...wrongs['wall-unpowered'] })
  assert.deepEqual(codesOf(lookFor(60, dark)), ['wall-dark'])
})

test('the gravest reason comes first and decides', () => {
  const judgement = lookFor(10, wellReadings({ ...wrongs['cpu-hot'], ...wrongs['wall-dark'], storageFailure: 'full' }))
  assert.deepEqual(codesOf(judgement), ['storage-failing', 'cpu-hot', 'wall-dark'])
  assert.equal(verdictOf(reasonsOf(judgement)), 'failing')
})

test('each value of a sentence is in the other language as well', () => {
  const valuesOf = (text: string) => namesIn(text).toSorted()
  for (const { sentence } of Object.values(reasonTexts))
    assert.deepEqual(valuesOf(sentence.en), valuesOf(sentence.zh), sentence.en)
})

test('Prometheus reads the health: each line is in its format, with units in the names and the reasons as labels', () => {
  const lastFault = { at: '2026-11-22T01:00:00.000Z', code: 'stage-gone', message: 'gone' }
  const readings = wellReadings({ ...wrongs['cpu-hot'], lastFault })
  const reasons = reasonsOf(lookFor(6, readings))
  const word: Health = health.parse({
    at: new Date(atMs).toISOString(),
    verdict: verdictOf(reasons),
    reasons,
    readings,
  })
  const lines = prometheusText('wall "7"\\', word).trimEnd().split('\n')
  const sample = /^plazacast_[a-z_]+\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} -?[\d.e+]+$/
  for (const line of lines) assert.ok(/^# (HELP|TYPE) plazacast_[a-z_]+ \S/.test(line) || sample.test(line), line)
  assert.ok(lines.includes('plazacast_health{player="wall \\"7\\"\\\\"} 1'))
  assert.ok(lines.some((line) => line.startsWith('plazacast_health_reason{') && line.includes('code="cpu-hot"')))
  assert.ok(lines.some((line) => line.startsWith('plazacast_temperature_celsius{') && line.endsWith(' 93')))
  const ofLine = '{player="wall \\"7\\"\\\\",device="enp3s0"}'
  assert.ok(lines.includes(`plazacast_network_up${ofLine} 1`))
  assert.ok(lines.includes(`plazacast_network_receive_bytes_total${ofLine} 812000000`))
  assert.ok(lines.some((line) => /_last_fault_timestamp_seconds\{.*code="stage-gone"\} 1795309200$/.test(line)))
  const types = lines.flatMap((line) => (/^# TYPE (\S+) (\S+)/.exec(line) ? [line.split(' ').slice(2)] : []))
  // As promtool's linter asks: counters end in _total and nothing else does, and units are base units in full.
  for (const [name = '', type] of types) {
    assert.equal(name.endsWith('_total'), type === 'counter', name)
    assert.doesNotMatch(name, /_(ms|milliseconds|minutes|kb|mb|percent|fahrenheit|sec|count|bucket|sum)$/, name)
  }
  const names = types.map(([name]) => name)
  assert.equal(new Set(names).size, names.length)
})
