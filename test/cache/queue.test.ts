import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import { bandwidthAt, filled, fullBucket, spent, waitMs, withLimit } from '../../shared/cache/bandwidth.ts'
import { needsOf } from '../../shared/cache/needs.ts'
import { reportedDownloads, withProgress } from '../../shared/cache/progress.ts'
import { fairOrder, type Need, planQueue } from '../../shared/cache/queue.ts'
import { afterFailure, afterNewAddresses, restAfter } from '../../shared/cache/retry.ts'
import { afterSign, freeMs, holdMs, isHeld, type Stutter, smooth } from '../../shared/cache/stutter.ts'
import { playlist as playlistSchema } from '../../shared/documents/playlist.ts'

const asset = (digit: string): AssetName => assetNameOf(digit.repeat(64))
const [a, b, c, d] = [asset('a'), asset('b'), asset('c'), asset('d')]
const need = (playlist: string, assets: AssetName[], more: Partial<Need> = {}): Need => ({
  playlist,
  emergency: false,
  neededInMs: 0,
  level: 1,
  assets: assets.map((one) => ({ asset: one, bytes: 100 })),
  ...more,
})
const placesOf = (...needs: Need[]) => fairOrder(needs).map((one) => one.asset)

test('an emergency comes first, then what is live, then what begins soonest, then what plays above', () => {
  const later = need('later', [a], { neededInMs: 5000 })
  const filler = need('filler', [b], { level: 0 })
  const emergency = need('emergency', [d], { emergency: true, neededInMs: 9000 })
  assert.deepEqual(placesOf(later, filler, need('live', [c]), emergency), [d, c, b, a])
})

test('playlists of one rank take turns by bytes, so that none waits behind the films of another', () => {
  const films = { ...need('films', []), assets: [a, b].map((one) => ({ asset: one, bytes: 1000 })) }
  const posters = { ...need('posters', []), assets: [c, d].map((one) => ({ asset: one, bytes: 400 })) }
  assert.deepEqual(placesOf(films, posters), [a, c, d, b])
  assert.deepEqual(fairOrder([need('one', [a]), need('two', [a])]), [
    { asset: a, playlists: ['one', 'two'], emergency: false },
  ])
})

test('whatever the playlists, the order has each asset once', () => {
  const assets = fc.array(fc.constantFrom(a, b, c, d), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(assets, { maxLength: 6 }), (lists) => {
      const order = placesOf(...lists.map((list, index) => need(String(index), list, { neededInMs: index % 3 })))
      assert.deepEqual(order.toSorted(), [...new Set(lists.flat())].toSorted())
    }),
  )
})

const large = { bytes: 1_000_000, emergency: false, failing: false }

test('an emergency has the line to itself, and one that fails takes only a place', () => {
  const running = [a, b, c].map((one) => ({ ...large, asset: one }))
  const due = { ...large, asset: d, emergency: true, untilMs: 0 }
  assert.deepEqual(planQueue(running, [due], 3, 1), { start: [d], pause: [a, b, c], wakeInMs: undefined })
  assert.deepEqual(planQueue(running, [{ ...due, failing: true }], 3, 1).pause, [c])
  const alone = planQueue([{ ...large, asset: d, emergency: true }], [{ ...large, asset: a, untilMs: 0 }], 3, 1)
  assert.deepEqual(alone.start, [])
  assert.deepEqual(planQueue(running, [{ ...due, untilMs: 60 }], 3, 10), { start: [], pause: [], wakeInMs: 50 })
})

test('two small files share a place', () => {
  const small = [a, b, c].map((one) => ({ ...large, asset: one, bytes: 10_000, untilMs: 0 }))
  assert.deepEqual(planQueue([], small, 1, 0).start, [a, b])
})

test('a playlist needs what is live now, and the rest by when its hours begin', () => {
  const facts = { mediaType: 'image/png', bytes: 10, urls: ['https://city.example/a'] }
  const base = { kind: 'playlist', id: 'p', revision: 1, issuedAt: '2026-11-22T00:00:00Z', target: 'fleet' }
  const items = [
    { id: 'one', asset: a, seconds: 5 },
    { id: 'two', asset: b, seconds: 5, dayparts: [{ from: '18:00', until: '22:00' }] },
  ]
  const list = playlistSchema.parse({ ...base, priority: 'emergency', items, assets: { [a]: facts, [b]: facts } })
  const atMs = Date.parse('2026-11-22T04:00:00Z') // noon in Chongqing
  assert.deepEqual(
    needsOf(list, 'fleet/p', atMs, 'Asia/Shanghai').map((one) => [one.neededInMs, one.emergency, one.assets[0]?.asset]),
    [
      [0, true, a],
      [6 * 3_600_000, false, b],
    ],
  )
})

test('the lowest limit of the hour counts, by local time, and the plan says when that changes', () => {
  const limits = [
    { from: '07:00', until: '23:00', bytesPerSecond: 100_000 },
    { from: '17:00', until: '19:00', bytesPerSecond: 20_000 },
  ]
  const at = (time: string) => bandwidthAt(limits, Date.parse(`2026-11-22T${time}:00+08:00`), 'Asia/Shanghai')
  const until = (time: string) => Date.parse(`2026-11-22T${time}:00+08:00`)
  assert.deepEqual(at('06:59'), { bytesPerSecond: null, untilMs: until('07:00') })
  assert.deepEqual(at('07:00'), { bytesPerSecond: 100_000, untilMs: until('17:00') })
  assert.deepEqual(at('18:59'), { bytesPerSecond: 20_000, untilMs: until('19:00') })
  assert.deepEqual(bandwidthAt([], 0, 'UTC'), { bytesPerSecond: null, untilMs: null })
})

test('over any time no more passes than the limit allows, a tenth of a second and one chunk', () => {
  const chunks = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: 10_000_000 }), chunks, (rate, sizes) => {
      let bucket = fullBucket(rate, 0)
      let nowMs = 0
      let passed = 0
      for (const size of sizes) {
        nowMs += waitMs(filled(bucket, nowMs))
        bucket = spent(filled(bucket, nowMs), size)
        passed += size
      }
      assert.ok(passed <= (rate * nowMs) / 1000 + rate / 10 + 65_536 + 1)
      assert.ok(nowMs <= (passed * 1000) / rate + 2 * sizes.length, 'nor much less')
    }),
  )
})

test('what is owed under a low limit is paid at the new pace when the limit is lifted', () => {
  const owing = spent(fullBucket(1024, 0), 100_000)
  assert.ok(waitMs(owing) > 90_000)
  assert.ok(waitMs(withLimit(owing, 1_000_000, 0)) <= 101)
})

test('lost frames hold the downloads for a while, never for long, and small losses do not', () => {
  const ended = (presentedFrames: number, droppedFrames: number) =>
    ({ kind: 'ended', presentedFrames, droppedFrames }) as const
  assert.equal(isHeld(afterSign(smooth, ended(296, 4), 0), 1), false)
  const held = afterSign(smooth, ended(250, 50), 1000)
  assert.deepEqual([isHeld(held, 1001), isHeld(held, 1000 + holdMs)], [true, false])
  let state: Stutter = smooth
  let heldFor = 0
  for (let ms = 0; ms < 3_600_000; ms += 1000) {
    state = afterSign(state, ended(100, 100), ms)
    if (isHeld(state, ms)) heldFor += 1000
  }
  assert.ok(heldFor <= (3_600_000 * holdMs) / (holdMs + freeMs) + holdMs, `${heldFor} ms`)
})

test('a long film that suddenly shows fewer frames holds the downloads; photos and a new film do not', () => {
  const beats = (perSecond: readonly number[], on = 'film') => {
    let frames = 0
    return perSecond.reduce<Stutter>((state, count, index) => {
      frames += count
      return afterSign(state, { kind: 'beat', presentedFrames: frames, on }, index * 1000)
    }, smooth)
  }
  assert.equal(isHeld(beats([0, 30, 30, 30, 15, 14, 15]), 6001), true)
  assert.equal(isHeld(beats([0, 30, 30, 30, 15, 30, 15, 30]), 7001), false)
  assert.equal(isHeld(beats([0, 0, 0, 0, 0, 0, 0]), 6001), false)
})

test('an address that asked to be left alone is passed over while another can be asked', () => {
  const urls = ['http://1', 'http://2']
  const rests = new Map([['http://1', 5000]])
  const first = afterFailure({ url: 'http://1', attempts: 0 }, { kind: 'refused' }, urls, 0, rests)
  assert.deepEqual(first, { url: 'http://2', attempts: 1, waitMs: 0 })
  const second = afterFailure(first, { kind: 'refused' }, urls, 0, rests)
  assert.equal(second.url, 'http://2')
  const only = afterFailure({ url: 'http://1', attempts: 0 }, { kind: 'refused' }, ['http://1'], 0, rests)
  assert.deepEqual([only.url, only.waitMs], ['http://1', 5000])
  assert.equal(restAfter({ kind: 'refused', retryAfterMs: 10 ** 9 }, 0, 0), 900_000)
})

test('an address that is new is tried at once; the same ones again change nothing', () => {
  const at = { url: 'http://old', attempts: 9 }
  assert.deepEqual(afterNewAddresses(at, ['http://old'], ['http://new', 'http://old']), {
    url: 'http://new',
    attempts: 18,
  })
  assert.equal(afterNewAddresses(at, ['http://old'], ['http://old']), undefined)
})

test('a playlist is as far as its files and the parts of them that are here', () => {
  const report = { id: 'p', target: 'fleet', revision: 2, status: 'waiting', missingBytes: 1000, reasons: [] } as const
  const download = { asset: a, playlists: ['fleet/p'], bytes: 1000, doneBytes: 400, state: 'downloading' } as const
  const list = { id: 'p', target: 'fleet', revision: 2, items: [{ asset: a }, { asset: b }, { asset: a }] }
  const facts = { [a]: { bytes: 1000 }, [b]: { bytes: 500 } }
  const [told] = withProgress(
    [{ ...report, reasons: [] }],
    [{ ...list, assets: facts } as never],
    [{ ...download, playlists: ['fleet/p'] }],
  )
  assert.deepEqual([told?.missingBytes, told?.totalBytes], [600, 1500])
  const many = Array.from({ length: 80 }, (_, index) => ({
    ...download,
    playlists: [],
    state: index === 70 ? ('downloading' as const) : ('waiting' as const),
  }))
  const named = reportedDownloads(many)
  assert.deepEqual([named.length, named[0]?.state], [50, 'downloading'])
})
