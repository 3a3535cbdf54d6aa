// How much is asked of the origin when a street of players wants the same new media, with neighbours and without.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mdnsDiscovery } from '../../main/adapters/mdns.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { someBytes } from '../cache/rig.ts'
import { openSquare, startStreetPlayer } from '../neighbours/street.ts'
import { startOrigin } from '../support/origin.ts'

const { values } = parseArgs({
  options: {
    players: { type: 'string', default: '40' },
    assets: { type: 'string', default: '20' },
    mebibytes: { type: 'string', default: '4' },
    discovery: { type: 'string', default: 'mdns' },
    'no-off': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    work: { type: 'string' },
  },
})

const help = `npm run bench:neighbours -- [options]
Players in one process (database, files, downloads, neighbours; no screen) want the same new assets from one origin, at once:
first with neighbours, then without. The origin runs in a process of its own and counts the bytes it gives.
  --players N      (40)       --assets N     (20)      --mebibytes N  (4) of each asset
  --discovery D    mdns: real multicast on 127.0.0.1; square: in the process, where there is no multicast
  --no-off         only with neighbours`

const players = Number(values.players)
const count = Number(values.assets)
const bytes = Number(values.mebibytes) * 1024 * 1024

if (values.help) console.log(help)
else if (values.work === 'origin') await serveOrigin()
else await compare()

/** The child: adds assets, says what they are, and answers each question with the bytes it has given. */
async function serveOrigin(): Promise<void> {
  const origin = await startOrigin()
  const added = []
  for (let one = 0; one < count; one++) added.push(await origin.addBytes(Buffer.from(someBytes(bytes)), 'image/png'))
  process.on('message', () => process.send?.(origin.bytesGiven()))
  process.on('disconnect', () => process.exit())
  process.send?.(added)
}

async function compare(): Promise<void> {
  const media = count * bytes
  console.log(`${players} players, ${count} assets of ${values.mebibytes} MiB, discovery by ${values.discovery}`)
  const on = await run(true)
  console.log(
    `neighbours on:  origin gave ${(on.given / media).toFixed(3)} x the media in ${on.seconds.toFixed(1)} s (goal: at most 1.2)`,
  )
  if (values['no-off']) return
  const off = await run(false)
  console.log(
    `neighbours off: origin gave ${(off.given / media).toFixed(3)} x the media in ${off.seconds.toFixed(1)} s`,
  )
}

async function run(allowed: boolean): Promise<{ given: number; seconds: number }> {
  const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--work', 'origin'])
  const square = openSquare()
  const discovery =
    values.discovery === 'square'
      ? square.discovery
      : mdnsDiscovery({ clock: systemClock, random: Math.random, listen: '127.0.0.1' })
  let cached = 0
  const street = Array.from({ length: players }, (_, index) =>
    startStreetPlayer(`player-${index}`, { discovery, cached: () => (cached += 1) }),
  )
  try {
    const [added] = await once(child, 'message')
    const wanted: WantedAsset[] = added.map((one: WantedAsset, order: number) => ({ ...one, order }))
    for (const one of street) one.want([], allowed)
    if (allowed)
      await wait('hear each other', 60_000, () => street.every((one) => one.neighbours.near().length === players - 1))
    const beganAt = systemClock.monotonicMs()
    for (const one of street) one.want(wanted, allowed)
    await wait(
      'have all',
      900_000,
      () => cached === players * count,
      () => `${cached} of ${players * count} assets`,
    )
    const seconds = (systemClock.monotonicMs() - beganAt) / 1000
    const answer = once(child, 'message')
    child.send('given?')
    const [given] = await answer
    return { given: Number(given), seconds }
  } finally {
    await Promise.all(street.map((one) => one.stop()))
    child.disconnect()
  }
}

async function wait(what: string, mostMs: number, holds: () => boolean, progress = () => what): Promise<void> {
  const until = systemClock.monotonicMs() + mostMs
  for (let round = 0; !holds(); round++) {
    if (systemClock.monotonicMs() > until) throw new Error(`the players did not ${what} within ${mostMs / 1000} s`)
    if (round % 50 === 49) console.log(`  ${progress()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
