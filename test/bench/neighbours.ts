// How much is asked of the origin when a street of players wants the same new media, with neighbours and without.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { someBytes } from '../cache/rig.ts'
import { startOrigin } from '../support/origin.ts'
import { serveStreet, type ToStreet, toBench } from './neighbour-street.ts'

const { values } = parseArgs({
  options: {
    players: { type: 'string', default: '40' },
    processes: { type: 'string', default: '4' },
    assets: { type: 'string', default: '20' },
    'off-assets': { type: 'string' },
    mb: { type: 'string', default: '4' },
    discovery: { type: 'string', default: 'mdns' },
    'no-off': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    work: { type: 'string' },
  },
})

const help = `npm run bench:neighbours -- [options]
Players (database, files, downloads, neighbours; no screen) want the same new assets from one origin, at once: first with
neighbours, then without. They share some processes; the origin runs in one of its own and counts the bytes it gives.
  --players N      (40)       --processes N  (4)       --assets N  (20)     --mb N  (4) MiB of each asset
  --off-assets N   fewer assets for the run without neighbours (as many)
  --discovery D    mdns: real multicast on 127.0.0.1; told: by the bench, where there is no multicast
  --no-off         only with neighbours`

const players = Number(values.players)
const processes = Math.min(Number(values.processes), players)
const bytes = Number(values.mb) * 1024 * 1024

if (values.help) console.log(help)
else if (values.work === 'origin') await serveOrigin(Number(values.assets))
else if (values.work === 'street') serveStreet(values.discovery)
else await compare()

/** A child: adds assets, says what they are, and answers each message with the bytes it has given. */
async function serveOrigin(count: number): Promise<void> {
  const origin = await startOrigin()
  const added = []
  for (let one = 0; one < count; one++) added.push(await origin.addBytes(someBytes(bytes), 'image/png'))
  process.on('message', () => process.send?.(origin.bytesGiven()))
  process.on('disconnect', () => process.exit())
  process.send?.(added)
}

async function compare(): Promise<void> {
  const count = Number(values.assets)
  console.log(
    `${players} players in ${processes} processes, ${count} assets of ${values.mb} MiB, discovery: ${values.discovery}`,
  )
  const on = await run(true, count)
  console.log(`neighbours on:  ${on} (goal: at most 1.2)`)
  if (values['no-off']) return
  const offCount = Number(values['off-assets'] ?? count)
  const off = await run(false, offCount)
  console.log(`neighbours off: ${off}${offCount === count ? '' : ` (with ${offCount} assets)`}`)
}

function child(...work: string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), ...work])
}

type Street = { tell(message: ToStreet): void; knows: number; cached: number; fromOrigin: number }

/** Some of the players, in a process of their own. */
function startStreet(children: ChildProcess[], streets: Street[], onSaid: (message: ToStreet) => void): Street {
  const one = child('--work', 'street')
  children.push(one)
  const street: Street = { tell: (message) => void one.send(message), knows: 0, cached: 0, fromOrigin: 0 }
  one.on('message', (raw) => {
    const message = toBench.parse(raw)
    if (message.kind === 'counts') Object.assign(street, message)
    else onSaid(message)
  })
  streets.push(street)
  return street
}

async function run(allowed: boolean, count: number): Promise<string> {
  const children: ChildProcess[] = []
  const streets: Street[] = []
  const sum = (of: 'cached' | 'fromOrigin') => streets.reduce((all, street) => all + street[of], 0)
  try {
    const origin = child('--work', 'origin', '--assets', String(count))
    children.push(origin)
    const [wanted] = await once(origin, 'message')
    const relay = (message: ToStreet) => {
      for (const street of streets) street.tell(message)
    }
    for (let index = 0; index < processes; index++) startStreet(children, streets, relay)
    const idsOf = (index: number) =>
      Array.from({ length: players }, (_, one) => one).flatMap((one) => (one % processes === index ? [`p${one}`] : []))
    streets.forEach((street, index) => {
      street.tell({ kind: 'begin', ids: idsOf(index), allowed })
    })
    if (allowed) await wait('hear each other', 120_000, () => streets.every(({ knows }) => knows === players - 1))
    const beganAt = systemClock.monotonicMs()
    relay({ kind: 'want', wanted, allowed })
    const progress = () => `${sum('cached')} of ${players * count} assets, ${sum('fromOrigin')} from the origin`
    await wait('have all', 1_800_000, () => sum('cached') === players * count, progress)
    const seconds = (systemClock.monotonicMs() - beganAt) / 1000
    const answer = once(origin, 'message')
    origin.send('given?')
    const [given] = await answer
    const times = (Number(given) / (count * bytes)).toFixed(3)
    return `the origin gave ${times} x the media in ${seconds.toFixed(1)} s, ${sum('fromOrigin')} of ${players * count} assets`
  } finally {
    await Promise.all(children.map(ended))
  }
}

/** Leaves a child alone, so that it ends by itself. */
async function ended(one: ChildProcess): Promise<void> {
  if (one.exitCode !== null || one.signalCode !== null) return
  const exit = once(one, 'exit')
  if (one.connected) one.disconnect()
  await exit
}

async function wait(what: string, mostMs: number, holds: () => boolean, progress = () => what): Promise<void> {
  const until = systemClock.monotonicMs() + mostMs
  for (let round = 0; !holds(); round++) {
    if (systemClock.monotonicMs() > until) throw new Error(`the players did not ${what} within ${mostMs / 1000} s`)
    if (round % 50 === 49) console.log(`  ${progress()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
