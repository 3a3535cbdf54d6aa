import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ReasonCode, reasonCodes } from '../../shared/health/codes.ts'
import { type Health, health, type Readings } from '../../shared/health/health.ts'
import { type Judgement, judge, nothingFound, reasonsOf, verdictOf } from '../../shared/health/judge.ts'
import { prometheusText } from '../../shared/health/prometheus.ts'
import { sentences } from '../../shared/health/texts.ts'
import { wellReadings } from './readings.ts'

const atMs = Date.parse('2026-11-22T02:00:00Z')
const { picture, broker, cache } = wellReadings()

/** Looks every two seconds for so long at the same readings. */
function lookFor(seconds: number, readings: Readings, before: Judgement = nothingFound, fromSeconds = 0): Judgement {
  let judgement = before
  for (let second = fromSeconds; second <= fromSeconds + seconds; second += 2)
    judgement = judge(judgement, readings, { monotonicMs: second * 1000, atMs: atMs + second * 1000 })
  return judgement
}
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

/** What leads to each reason, and how many seconds it may take at the most. */
const wrongs: Readonly<Record<ReasonCode, Partial<Readings>>> = {
  'picture-frozen': { picture: { ...picture, beatAgeMs: 4_500 } },
  'picture-black': { picture: { ...picture, blackMs: 4_000, blackByItself: false } },
  'content-black': { picture: { ...picture, blackMs: 61_000, blackByItself: true } },
  'film-still': { picture: { ...picture, frameAgeMs: 8_500 } },
  'slate-shown': { picture: { ...picture, kind: 'slate', on: 'nothing is live', frameAgeMs: null } },
  'wall-dark': { picture: { ...picture, kind: 'dark', on: 'outside its opening hours', blackMs: 90_000 } },
  'frames-dropped': { picture: { ...picture, droppedPercent: 7 } },
  'item-quarantined': { quarantinedItems: ['item-3'] },
  'recovery-climbing': { recovery: { rung: 'browser', since: new Date(atMs).toISOString(), reason: 'no frames' } },
  'disk-full': { disk: { totalBytes: 64e9, freeBytes: 1e6, totalInodes: 1e6, freeInodes: 9e5 } },
  'disk-low': { disk: { totalBytes: 64e9, freeBytes: 2e8, totalInodes: 1e6, freeInodes: 9e5 } },
  'storage-failing': { storageFailure: 'disk I/O error' },
  'database-damaged': {
    database: { sizeBytes: 1, walBytes: 0, outboxMessages: 0, unacknowledgedPlays: null, damage: 'a page' },
  },
  'downloads-failing': { cache: { ...cache, missingAssets: 2, failing: 2 } },
  'cpu-hot': { temperatures: [{ sensor: 'coretemp Package id 0', temperatureCelsius: 93, criticalCelsius: 100 }] },
  'temperature-high': { temperatures: [{ sensor: 'nvme Composite', temperatureCelsius: 79, criticalCelsius: 85 }] },
  'cpu-busy': { cpu: { cores: 2, systemPercent: 99, playerPercent: 120 } },
  'memory-high': { memory: { totalBytes: 8e9, availableBytes: 1e8, playerBytes: 6e9, processes: [] } },
  'clock-wrong': { clock: { trust: 'trusted', source: 'fleet', ageSeconds: 1, systemAheadMs: -86_400_000 } },
  'clock-unknown': { clock: { trust: 'unknown', source: 'none', ageSeconds: null, systemAheadMs: null } },
  'clock-stale': { clock: { trust: 'holdover', source: 'saved', ageSeconds: 90_000, systemAheadMs: 0 } },
  'broker-lost': broker ? { broker: { ...broker, connected: false, heardAgeMs: null } } : {},
  'broker-deaf': broker ? { broker: { ...broker, heardAgeMs: 6_500 } } : {},
  'other-player-with-my-id': broker ? { broker: { ...broker, displacedAgeMs: 900 } } : {},
}

for (const [code, wrong] of Object.entries(wrongs) as [ReasonCode, Partial<Readings>][]) {
  test(`${code}: given when it is so, alone, in both languages, and taken back when it is not`, () => {
    const slow = code === 'cpu-busy' ? 62 : 6
    const judgement = lookFor(slow, wellReadings(wrong))
    const [reason, ...others] = reasonsOf(judgement)
    assert.equal(reason?.code, code)
    assert.deepEqual(others, [])
    assert.equal(reason?.since, '2026-11-22T02:00:00.000Z')
    for (const text of [reason?.messages.en ?? '', reason?.messages.zh ?? ''])
      assert.doesNotMatch(text, /[{}?]|undefined|NaN/)
    assert.match(reason?.messages.zh ?? '', /\p{Script=Han}/u)
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

test('the gravest reason comes first and decides', () => {
  const judgement = lookFor(10, wellReadings({ ...wrongs['cpu-hot'], ...wrongs['wall-dark'], storageFailure: 'full' }))
  assert.deepEqual(codesOf(judgement), ['storage-failing', 'cpu-hot', 'wall-dark'])
  assert.equal(verdictOf(reasonsOf(judgement)), 'failing')
})

test('each reason has its sentences, and each value of one language is in the other', () => {
  const valuesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted()
  assert.deepEqual(Object.keys(sentences).toSorted(), Object.keys(reasonCodes).toSorted())
  for (const { en, zh } of Object.values(sentences)) assert.deepEqual(valuesOf(en), valuesOf(zh), en)
})

test('Prometheus reads the health: each line is in its format, with units in the names and the reasons as labels', () => {
  const readings = wellReadings({ ...wrongs['cpu-hot'], lastFault: null })
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
  const names = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
  assert.equal(new Set(names).size, names.length)
})
