// npm run bench:schedule: how long the decisions of the schedule take for 10, 100 and 1,000 playlists of 100 items, beside a naive
// rival that finds the next change by asking minute after minute.
import { parseArgs } from 'node:util'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import { outcomeOf } from '../../shared/loop/outcome.ts'
import { type Circumstances, standingOf, type VerifiedPlaylist } from '../../shared/loop/standing.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { assetCalled, issuedAt, readAs } from '../support/documents.ts'
import { quantile } from './figures.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10,100,1000' },
    items: { type: 'string', default: '100' },
    runs: { type: 'string', default: '7' },
    naive: { type: 'string', default: '100' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run bench:schedule -- [--sizes 10,100,1000] [--items 100] [--runs 7] [--naive 100]\n' +
      '  --naive: the rival is tried with up to this many playlists',
  )
  process.exit(0)
}

const itemCount = Number(values.items)
const assets = Array.from({ length: itemCount }, (_, index) => assetCalled(`picture ${index}`))
const now: Circumstances = {
  atMs: Date.parse('2026-11-22T10:00:00Z'),
  timeZone: 'Asia/Shanghai',
  targets: ['fleet', 'players/wall'],
  keyring: { ...keyringOf([], undefined, nodeCrypto), revision: 1 },
  held: new Set(assets.map(({ asset }) => asset)),
  late: new Set(),
  takenDown: new Set(),
}

const found: { lists: number; first: number; loop: number; best: number; naive: number | undefined }[] = []
for (const size of values.sizes.split(',').map(Number)) {
  process.stderr.write(`${size} playlists …\n`)
  const lists = fleetOf(size)
  const first = timed(lists, plan)
  const runs = Array.from({ length: Number(values.runs) }, () => timed(lists, plan))
  const naive = size <= Number(values.naive) ? timed(lists, minuteByMinute) : undefined
  found.push({ lists: size, first, loop: quantile(runs, 0.5), best: Math.min(...runs), naive })
}
console.log(
  `playlists of ${itemCount} items with hours and dates of their own, half of the playlists live; ${values.runs} runs`,
)
for (const { lists, first, loop, best, naive } of found) {
  const rival = naive === undefined ? 'not tried' : `${naive.toFixed(0)} ms`
  const own = `p50 ${loop.toFixed(1)} ms, best ${best.toFixed(1)} ms, the first time ${first.toFixed(1)} ms`
  console.log(`  ${String(lists).padStart(5)} playlists: loop and next change ${own}; asking minute by minute ${rival}`)
}
const exponent = slope(found.map(({ lists, best }) => [Math.log(lists), Math.log(best)]))
console.log(`  the best time grows with the number of playlists to the power of ${exponent.toFixed(2)} (1: linear)`)

function plan(lists: readonly VerifiedPlaylist[]): number | null {
  return planLoop(lists, [], now).nextChangeMs
}

/** What a player without computed changes does: decides for every minute until the loop differs. */
function minuteByMinute(lists: readonly VerifiedPlaylist[]): number | null {
  const loopAt = (atMs: number) => {
    const { winners } = outcomeOf(lists, [], (list) => standingOf(list, { ...now, atMs }))
    return winners.map(({ showings }) => showings.map(({ key }) => key).join()).join(';')
  }
  const before = loopAt(now.atMs)
  for (let minute = 1; minute <= 24 * 60; minute += 1) {
    if (loopAt(now.atMs + minute * 60_000) !== before) return now.atMs + minute * 60_000
  }
  return null
}

function timed(lists: readonly VerifiedPlaylist[], run: (lists: readonly VerifiedPlaylist[]) => unknown): number {
  const beganMs = performance.now()
  run(lists)
  return performance.now() - beganMs
}

/** The items change three hours from now; every playlist has other hours, and one item in four hours of its own. */
function fleetOf(size: number): VerifiedPlaylist[] {
  return Array.from({ length: size }, (_, index) => {
    const playlist = readAs('playlist', {
      kind: 'playlist',
      id: `list-${index}`,
      revision: 1,
      issuedAt,
      target: 'players/wall',
      weight: 1 + (index % 5),
      window: { from: '2026-11-01', until: index % 2 === 0 ? '2026-12-31' : '2026-11-20' },
      dayparts: [{ from: `0${index % 10}:00`, until: '22:30' }],
      items: assets.map(({ asset }, item) => ({
        id: `item-${item}`,
        asset,
        seconds: 8,
        ...(item % 4 === 0 && { dayparts: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '06:00', until: '21:15' }] }),
        ...(item % 4 === 1 && { window: { from: '2026-11-10', until: '2026-12-24' } }),
      })),
      assets: Object.fromEntries(assets.map(({ asset, ...facts }) => [asset, facts])),
    })
    const approvals = new Map(
      assets.map(({ asset, mediaType, bytes }) => [
        asset,
        [
          {
            approval: { kind: 'approval' as const, asset, mediaType, bytes, approvedAt: issuedAt },
            approvers: ['somebody'],
          },
        ],
      ]),
    )
    return { playlist, approvals }
  })
}

function slope(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
