// `npm run faults:health`: makes things go wrong with a whole wall, one after the other, and says what is reported of each.
import { parseArgs } from 'node:util'
import { faults, type Outcome, tryFault, untilWell } from './faults.ts'
import { healthy, untrueDuring } from './healthy.ts'
import { setWatchedWall } from './watched-wall.ts'

const help = `npm run faults:health [-- --healthy 1] [-- --only healthy|faults] [-- --match black]

Runs a whole player with its page in Chromium. First it plays what is well, whatever it looks like (${healthy.map(({ name }) => name).join('; ')}):
${healthy.reduce((sum, { seconds }) => sum + seconds, 0)} s, or so many times as long as --healthy says. Then one thing after the other goes wrong:
${faults.map(({ name }) => name).join('; ')}.
Prints what the player reports of each, after how many seconds, and fails when something is not reported within 10 s, or when
something is reported that is not so. Needs mosquitto, Xvfb, Chromium and ffmpeg; for a full disk the right to mount, for a wrong
clock libfaketime.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    healthy: { type: 'string', default: '1' },
    only: { type: 'string' },
    match: { type: 'string', default: '' },
  },
})
if (values.help) {
  console.log(help)
  process.exit(0)
}

const isMeant = ({ name }: { readonly name: string }) => name.includes(values.match)

const undo: (() => Promise<void>)[] = []
const wrong: string[] = []
async function undoAll(): Promise<void> {
  for (const one of undo.splice(0).toReversed()) await one()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void undoAll().finally(() => process.exit(1))) // nothing of the wall goes on alone
}
try {
  const wall = await setWatchedWall({ after: (one) => undo.push(one) })
  await untilWell(wall, 'the wall is well')
  console.log('the wall plays, and is well')
  for (const stretch of values.only === 'faults' ? [] : healthy.filter(isMeant)) {
    const before = wall.showings()
    const untrue = await untrueDuring(wall, stretch, Number(values.healthy))
    console.log(
      `${stretch.name}: ${wall.showings() - before} items came on; reported: ${untrue.join(', ') || 'nothing'}`,
    )
    if (untrue.length > 0) wrong.push(`${stretch.name}: reported though it was not so: ${untrue.join(', ')}`)
  }
  await wall.push('films')
  await untilWell(wall, 'the wall plays films again')
  const outcomes: Outcome[] = []
  for (const fault of values.only === 'healthy' ? [] : faults.filter(isMeant)) {
    const impossible = fault.impossible?.(wall)
    if (impossible !== undefined) {
      console.log(`left out: ${fault.name}: ${impossible}`)
      continue
    }
    const outcome = await tryFault(wall, fault)
    outcomes.push(outcome)
    console.log(`${fault.name}: ${outcome.code} after ${outcome.reportedSeconds.toFixed(1)} s`)
    if (outcome.reportedSeconds > 10) wrong.push(`${fault.name}: only after ${outcome.reportedSeconds.toFixed(1)} s`)
  }
  if (outcomes.length > 0)
    console.log(`\n| fault | report | after | verdict | gone after | what it says |\n|---|---|---|---|---|---|`)
  for (const one of outcomes) {
    const [reported, cleared] = [one.reportedSeconds.toFixed(1), one.clearedSeconds.toFixed(1)]
    console.log(`| ${one.fault} | \`${one.code}\` | ${reported} s | ${one.verdict} | ${cleared} s | ${one.message} |`)
  }
} finally {
  await undoAll()
}
for (const line of wrong) console.log(`WRONG: ${line}`)
process.exitCode = wrong.length === 0 ? 0 : 1
