import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type OracleResult, runOracle } from './oracle.ts'
import { oracleItemSeconds } from './oracle-items.ts'
import type { Off } from './seen-showings.ts'

const help = `npm run plays -- [options]

Runs a real wall under Xvfb with short films, photos and streams, skips them, kills its page, and ends it again and again
(SIGTERM, SIGKILL, SIGKILL of everything), grabs its display at 60 Hz, and compares what was seen with what the player
recorded: every showing once, its start and its duration within one frame, its frames, and nothing else.

  --showings N       how many showings (default 1000, about a quarter of an hour)
  --restart-every N  after how many the player is ended (default 25)
  --disturb-every N  after how many one is skipped or the page is killed (default 7)
  --electron         in the Electron that ELECTRON_OVERRIDE_DIST_PATH names, not in Chromium
  --each             print each one that is further off than a frame
  --json FILE        all of it as JSON
`
/** A film's frame at 30 a second. */
const frameMs = 1000 / 30

const { values } = parseArgs({
  options: {
    showings: { type: 'string', default: '1000' },
    'restart-every': { type: 'string', default: '25' },
    'disturb-every': { type: 'string', default: '7' },
    electron: { type: 'boolean', default: false },
    each: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(help)
else await run(Number(values.showings), Number(values['restart-every']), Number(values['disturb-every']))

async function run(showings: number, restartEvery: number, disturbEvery: number): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  const beganMs = performance.now()
  let lastMs = 0
  const progress = (seen: number) => {
    if (performance.now() - lastMs < 5_000) return
    lastMs = performance.now()
    const leftMinutes = Math.ceil(((showings - seen) * oracleItemSeconds * (1 + 4 / restartEvery)) / 60)
    process.stderr.write(`${seen} of ${showings} seen, about ${leftMinutes} min more\n`)
  }
  try {
    const context = { after: (one: () => Promise<void>) => void undo.push(one) }
    const host = values.electron ? 'electron' : 'chromium'
    const result = await runOracle(context, { showings, restartEvery, disturbEvery, hz: 60, host, progress })
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify(result))
    print(result, (performance.now() - beganMs) / 1000)
    process.exitCode = isGood(result) ? 0 : 1
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

function print(result: OracleResult, seconds: number): void {
  const { differences, starts, durations, frames } = result
  const say = (line: string) => process.stdout.write(`${line}\n`)
  for (const difference of differences) say(difference)
  say(
    `${result.seen} showings seen, ${result.records} recorded, in ${seconds.toFixed(0)} s; ${differences.length} differences`,
  )
  say(`${result.excused} on one side only, which began within 150 ms of an end of the player or its page`)
  say(
    `${result.restarts} restarts (SIGTERM, SIGKILL, power), ${result.skips} skipped by command, ${result.pageKills} pages killed`,
  )
  say('record against display, ms (a look is 17):')
  table('start', starts, say)
  table('duration', durations, say)
  const sizes = frames.map(({ off }) => Math.abs(off)).toSorted((a, b) => a - b)
  const at = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))] ?? 0
  say(`frames recorded against frames seen, ${sizes.length} films: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`)
  if (values.each)
    for (const item of new Set(frames.map((one) => one.item)))
      say(
        `  item ${item}: ${frames
          .filter((one) => one.item === item)
          .map(({ off, dropped }) => `${off}/${dropped}`)
          .join(' ')} (off/dropped)`,
      )
}

function table(what: string, offs: readonly Off[], say: (line: string) => void): void {
  const kinds = [...new Set(offs.map(({ item, how }) => `item ${item}, ${how}`))].toSorted()
  say(`  ${what.padEnd(26)} ${figures(offs)}`)
  for (const kind of kinds)
    say(`    ${kind.padEnd(24)} ${figures(offs.filter(({ item, how }) => `item ${item}, ${how}` === kind))}`)
  if (values.each)
    for (const off of offs.filter(isOff))
      say(`      item ${off.item}, ${off.how}: ${off.offMs.toFixed(1)} (±${off.lookMs.toFixed(1)})`)
}

function figures(offs: readonly Off[]): string {
  const signed = offs.map(({ offMs }) => offMs).toSorted((a, b) => a - b)
  const sizes = signed.map(Math.abs).toSorted((a, b) => a - b)
  const at = (of: readonly number[], share: number) =>
    (of[Math.min(of.length - 1, Math.floor(of.length * share))] ?? 0).toFixed(1)
  const within = sizes.filter((ms) => ms <= frameMs).length
  const good = offs.length - offs.filter(isOff).length
  return `median ${at(signed, 0.5).padStart(6)}; size p50 ${at(sizes, 0.5)}, p99 ${at(sizes, 0.99)}, max ${at(sizes, 1)}; ${within} of ${offs.length} within a frame, ${good} by a look more or less`
}

/** Off by more than a frame even where it is given the benefit of what two looks cannot tell. */
function isOff({ offMs, lookMs }: Off): boolean {
  return Math.abs(offMs) - lookMs > frameMs
}
function isGood({ differences, starts, durations }: OracleResult): boolean {
  return differences.length === 0 && !starts.some(isOff) && !durations.some(isOff)
}
