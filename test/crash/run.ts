// npm run crash: cuts the power of a recorded wall after every system call, and opens what is left.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cutOnExt4, whyNoLoopDevice } from './ext4.ts'
import { loadRecording, record } from './record.ts'
import { type Replayed, replay } from './replay.ts'
import { memoryDir, replayOnThreads } from './rig.ts'

const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    'log-pages': { type: 'string', default: '100' },
    broken: { type: 'string', default: 'no' },
    recording: { type: 'string' },
    state: { type: 'string' },
    ext4: { type: 'boolean', default: false },
    cuts: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
})
const help = `npm run crash -- [--states 20000] [--seed 1] [--rounds 4] [--threads 2] [--log-pages 100]
  records a busy day of a real player (its system calls, by strace), cuts the power after every call, with what was not
  synced lost, torn or out of order, and opens what is left with the player's own code
  --log-pages: the database's log is written back after so many pages; SQLite's own 1,000 gives fewer such moments, and is slower
  --broken synchronous-normal | files-not-synced   a player that is wrong on purpose: to see it found out
npm run crash -- --recording FOLDER [--seed 1] --state CALL:VARIANT   one state again; it is left in a folder to look at
npm run crash -- --ext4 [--cuts 60]   the same on a real ext4 in a loop device (Linux, as root)`

if (values.help) console.log(help)
else if (values.ext4) await onExt4()
else if (values.recording !== undefined && values.state !== undefined) await again(values.recording, values.state)
else await run(values.recording)

async function run(recorded: string | undefined): Promise<void> {
  const broken = values.broken === 'synchronous-normal' || values.broken === 'files-not-synced' ? values.broken : 'no'
  const [seed, logPages] = [Number(values.seed), Number(values['log-pages'])]
  const progress = (line: string) => process.stderr.write(`\r\x1b[K${line}`)
  const folder = recorded ?? (await record({ seed, rounds: Number(values.rounds), broken, logPages, progress }))
  const began = performance.now()
  const replayed = await replayOnThreads({
    folder,
    seed,
    states: Number(values.states),
    threads: Number(values.threads),
    progress: (states, failures) => progress(`${states} of ${values.states} states, ${failures} failures`),
  })
  progress('')
  tell(replayed, folder, (performance.now() - began) / 1000)
  if (replayed.failures.length === 0 && recorded === undefined) rmSync(folder, { recursive: true, force: true })
  process.exitCode = replayed.failures.length > 0 ? 1 : 0
}

function tell({ states, disks, databases, bySteps, failures }: Replayed, folder: string, seconds: number): void {
  for (const [step, count] of Object.entries(bySteps).toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`${String(count).padStart(8)}  ${step}`)
  for (const { call, variant, step, model, problems } of failures.slice(0, 20)) {
    console.log(`BROKEN after call ${call}, ${step}, ${model}: ${problems.slice(0, 3).join('; ').slice(0, 400)}`)
    console.log(`  npm run crash -- --recording ${folder} --seed ${values.seed} --state ${call}:${variant}`)
  }
  const speed = `${seconds.toFixed(0)} s, ${(states / seconds).toFixed(0)} a second`
  console.log(
    `${states} states (${disks} different disks, ${databases} different ones once opened), seed ${values.seed}: failures = ${failures.length} (${speed})`,
  )
}

async function again(folder: string, state: string): Promise<void> {
  const [call = 0, variant = 0] = state.split(':').map(Number)
  const workDir = mkdtempSync(join(memoryDir(), 'plazacast-crash-'))
  const recording = loadRecording(folder)
  const only = { call, variant }
  const { failures } = await replay({
    recording,
    seed: Number(values.seed),
    states: 1,
    share: [0, 1],
    workDir,
    progress: () => {},
    only,
  })
  for (const { model, step, problems } of failures) console.log(`${step}, ${model}:\n  ${problems.join('\n  ')}`)
  console.log(
    `${failures.length === 0 ? 'nothing is wrong' : 'BROKEN'}; the disk, after it was opened, is in ${workDir}`,
  )
}

async function onExt4(): Promise<void> {
  const why = whyNoLoopDevice()
  if (why !== undefined) return void console.log(`left out: ${why}`)
  const progress = (line: string) => process.stderr.write(`\r\x1b[K${line}`)
  const { cuts, failures } = await cutOnExt4({ cuts: Number(values.cuts), seed: Number(values.seed), progress })
  progress('')
  for (const { cut, problems } of failures.slice(0, 20))
    console.log(`BROKEN at cut ${cut}: ${problems.slice(0, 3).join('; ').slice(0, 400)}`)
  console.log(`${cuts} power cuts on ext4, seed ${values.seed}: failures = ${failures.length}`)
  process.exitCode = failures.length > 0 ? 1 : 0
}
