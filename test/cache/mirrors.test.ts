import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterMirror, type Mirrors, preferredAddress } from '../../shared/cache/mirrors.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, someBytes, until, wantedOf } from './rig.ts'

const refused = { kind: 'refused' } as const
const one = 'https://one.example/a'
const two = 'https://two.example/a'

test('a mirror that failed twice in a row is asked after the others for a while, and for longer each time', () => {
  let mirrors: Mirrors = new Map()
  const chosen = (nowMs: number) => preferredAddress(one, [one, two], mirrors, nowMs)
  mirrors = afterMirror(mirrors, one, refused, 0)
  assert.equal(chosen(0), one, 'once may be chance')
  mirrors = afterMirror(mirrors, one, { kind: 'mismatch' }, 0)
  assert.deepEqual([chosen(0), chosen(29_999), chosen(30_000)], [two, two, one])
  mirrors = afterMirror(mirrors, one, refused, 30_000)
  assert.deepEqual([chosen(89_999), chosen(90_000)], [two, one])
  for (let count = 0; count < 40; count++) mirrors = afterMirror(mirrors, one, refused, 90_000)
  assert.deepEqual([chosen(989_999), chosen(990_000)], [two, one], 'a quarter of an hour at most')
  mirrors = afterMirror(mirrors, one, 'came', 90_000)
  assert.equal(chosen(90_001), one, 'what comes makes all good')
})

test('a mirror is left out only while there is another, and what is no web address is never left out', () => {
  const bad = [one, one, two, two, 'stick:/a', 'stick:/a'].reduce<Mirrors>(
    (mirrors, url) => afterMirror(mirrors, url, refused, 0),
    new Map(),
  )
  assert.equal(preferredAddress(one, [one], bad, 1), one)
  assert.equal(preferredAddress(one, [one, two], bad, 1), one)
  assert.equal(preferredAddress('stick:/a', ['stick:/a', 'https://three.example/a'], bad, 1), 'stick:/a')
  assert.equal(preferredAddress(one, [one, two, 'https://three.example/a'], bad, 1), 'https://three.example/a')
})

test('a mirror that cut a long file counts neither for nor against it', () => {
  const cut = { kind: 'cut', newBytes: 1e6 } as const
  const mirrors = [refused, cut, refused].reduce<Mirrors>((all, how) => afterMirror(all, one, how, 0), new Map())
  assert.equal(preferredAddress(one, [one, two], mirrors, 1), two)
})

test('of thirty files only a few are asked for at a mirror that is gone, and one that lies', async (t) => {
  const [bad, good] = [await startAssetServer(t), await startAssetServer(t)]
  const rig = createRig(t)
  const all = Array.from({ length: 30 }, () => someBytes(100_000))
  rig.downloads.want(
    all.map((bytes, index) => {
      const lie = bad.answer(`/${index}`, index % 2 === 0 ? { status: 503 } : { bytes: someBytes(100_000) })
      return wantedOf(bytes, [lie, good.answer(`/${index}`, { bytes })], index)
    }),
  )
  await until('all are here', () => rig.cached.length === all.length)
  assert.ok(bad.asked.length <= 12, `${bad.asked.length} were asked for there`)
})
