// `npm run faults:health`: makes things go wrong with a whole wall, one after the other, and says what is reported of each.
import { parseArgs } from 'node:util'
import { blamed, faults, type Outcome, tryFault, untilWell } from './faults.ts'
import { setWatchedWall } from './watched-wall.ts'

const help = `npm run faults:health [-- --quiet-seconds 60]

Runs a whole player with its page in Chromium, lets it play undisturbed, and then makes one thing after the other go wrong: a
black picture, a page and a GPU process that stand still, a hot processor, a full disk, a wrong clock, a deaf connection. Prints
what the player reports of each, after how many seconds, and fails when something is not reported within 10 s, or when
something is reported that is not so. Needs mosquitto, Xvfb, Chromium and ffmpeg; for a full disk the right to mount, for a wrong
clock libfaketime.`

const { values } = parseArgs({
  options: { help: { type: 'boolean' }, 'quiet-seconds': { type: 'string', default: '60' } },
})
if (values.help) {
  console.log(help)
  process.exit(0)
}

const undo: (() => Promise<void>)[] = []
const wrong: string[] = []
try {
  const wall = await setWatchedWall({ after: (one) => undo.push(one) })
  await untilWell(wall, 'the wall is well')
  console.log(`the wall plays; ${values['quiet-seconds']} s undisturbed`)
  const from = wall.heard.length
  await new Promise((resolve) => setTimeout(resolve, Number(values['quiet-seconds']) * 1000))
  const untrue = wall.heard.slice(from).flatMap(blamed)
  console.log(`reported while nothing was wrong: ${untrue.join(', ') || 'nothing'}`)
  if (untrue.length > 0) wrong.push(`reported though it was not so: ${untrue.join(', ')}`)
  const outcomes: Outcome[] = []
  for (const fault of faults) {
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
  const blackFrom = wall.heard.length
  await wall.push('black')
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  const black = wall.heard.slice(blackFrom).flatMap(blamed)
  console.log(`reported of a film that is black by itself, in 20 s: ${black.join(', ') || 'nothing'}`)
  if (black.length > 0) wrong.push(`a film that is black by itself was reported: ${black.join(', ')}`)
  console.log(`\n| fault | report | after | verdict | gone after | what it says |\n|---|---|---|---|---|---|`)
  for (const one of outcomes) {
    const [reported, cleared] = [one.reportedSeconds.toFixed(1), one.clearedSeconds.toFixed(1)]
    console.log(`| ${one.fault} | \`${one.code}\` | ${reported} s | ${one.verdict} | ${cleared} s | ${one.message} |`)
  }
} finally {
  for (const one of undo.toReversed()) await one()
}
for (const line of wrong) console.log(`WRONG: ${line}`)
process.exitCode = wrong.length === 0 ? 0 : 1
