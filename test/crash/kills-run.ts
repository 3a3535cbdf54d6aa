// npm run kills: kills the player at random instants of a busy hour and starts it again.
import { parseArgs } from 'node:util'
import { killAgainAndAgain } from './kills.ts'
import { killTheWall } from './wall-kills.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    wall: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const help = `npm run kills -- [--count 200] [--seed 1]
  SIGKILL of the player at random instants of a busy hour; its disk is checked after each
npm run kills -- --wall [--count 20] [--seed 1]
  the same with the real browser on a display that is grabbed: what is seen must be allowed at that time`

const seed = Number(values.seed)
const progress = (line: string) => process.stderr.write(`\r\x1b[K${line}`)

if (values.help) console.log(help)
else if (values.wall) await onTheWall(Number(values.count ?? 20))
else await onDisk(Number(values.count ?? 200))

async function onDisk(count: number): Promise<void> {
  const { kills, shown, published, cached, lost, corrupt, wrong } = await killAgainAndAgain({ count, seed, progress })
  progress('')
  for (const [name, all] of Object.entries({ lost, corrupt, wrong }))
    for (const one of all.slice(0, 20)) console.log(`${name}: ${one.slice(0, 500)}`)
  console.log(`${kills} kills, seed ${seed}: ${published} documents, ${cached} downloads, ${shown} showings`)
  console.log(`lost = ${lost.length}, corrupt = ${corrupt.length}, wrong on the wall = ${wrong.length}`)
  process.exitCode = lost.length + corrupt.length + wrong.length > 0 ? 1 : 0
}

async function onTheWall(count: number): Promise<void> {
  const { kills, published, samples, items, backMs, wrong } = await killTheWall({ count, seed, progress })
  progress('')
  for (const one of wrong.slice(0, 20)) console.log(`wrong: ${one}`)
  const sorted = backMs.toSorted((a, b) => a - b)
  const [half, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  console.log(`${kills} kills, seed ${seed}: ${published} playlists, ${samples} looks at ${items} items`)
  console.log(`picture back after ${half} ms (p50), ${most} ms (max); wrong on the wall = ${wrong.length}`)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
