import { parseArgs } from 'node:util'
import { runOracle } from './oracle.ts'

const help = `npm run plays -- [options]

Runs a real wall under Xvfb with short films and photos, ends it again and again (SIGTERM, SIGKILL of everything), grabs its
display at 60 Hz, and compares what was seen with what the player recorded.

  --showings N       how many showings (default 1000, about half an hour)
  --restart-every N  after how many it is ended (default 25)
`
/** A film's frame at 30 a second, and the time between two looks at 60. */
const frameMs = 1000 / 30 + 1000 / 60

const { values } = parseArgs({
  options: {
    showings: { type: 'string', default: '1000' },
    'restart-every': { type: 'string', default: '25' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(help)
else await run(Number(values.showings), Number(values['restart-every']))

async function run(showings: number, restartEvery: number): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  let lastMs = 0
  const progress = (seen: number) => {
    if (performance.now() - lastMs < 5_000) return
    lastMs = performance.now()
    process.stderr.write(`${seen} of ${showings} seen\n`)
  }
  try {
    const context = { after: (one: () => Promise<void>) => void undo.push(one) }
    const result = await runOracle(context, { showings, restartEvery, hz: 60, progress })
    const { differences, startsOffMs, durationsOffMs } = result
    for (const difference of differences) process.stdout.write(`${difference}\n`)
    process.stdout.write(
      `${result.seen} showings seen, ${result.records} recorded, ${result.restarts} restarts; ${differences.length} differences\n`,
    )
    process.stdout.write(`start, record against display:    ${figures(startsOffMs)}\n`)
    process.stdout.write(`duration, record against display: ${figures(durationsOffMs)}\n`)
    process.exitCode = differences.length === 0 ? 0 : 1
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

function figures(offMs: readonly number[]): string {
  const sizes = offMs.map(Math.abs).toSorted((a, b) => a - b)
  const at = (share: number) => (sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))] ?? 0).toFixed(1)
  const within = sizes.filter((ms) => ms <= frameMs).length
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms; ${within} of ${sizes.length} within a frame (and a look)`
}
