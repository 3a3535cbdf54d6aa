// npm run faults: seeded transfers from a server that does everything wrong, through the real downloads.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { besiege } from './siege.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run faults -- [--count 1000] [--seed 1]')
} else {
  const dataDir = mkdtempSync(join(tmpdir(), 'plazacast-faults-'))
  try {
    await report(dataDir, Number(values.count), Number(values.seed))
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function report(dataDir: string, count: number, seed: number): Promise<void> {
  const beganMs = performance.now()
  const outcome = await besiege(dataDir, seed, count, (done) => process.stderr.write(`${done} of ${count}\n`))
  const { resumable, missing } = outcome
  for (const [kind, times] of [...outcome.met].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`${String(times).padStart(8)}  ${kind}`)
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(0)
  console.log(`${count} transfers, seed ${seed}, ${outcome.restarts} restarts in mid download (${seconds} s)`)
  console.log(`arrived: ${outcome.arrived}${missing.length > 0 ? `; never came: ${missing.join(', ')}` : ''}`)
  console.log(`wrong bytes accepted: ${outcome.wrongFiles}`)
  console.log(`asked before the time of Retry-After: ${outcome.askedTooEarly}`)
  console.log(`asked again where a redirect had led to: ${outcome.rememberedTarget}`)
  console.log(
    `resuming was possible in ${resumable.count} transfers (no lie, and no fault after which the whole must come again)`,
  )
  console.log(`  ${resumable.interrupted} of them took more than one try`)
  console.log(
    `  ${resumable.refetchedBytes} bytes of bodies were read again, ${((100 * resumable.refetchedBytes) / Math.max(1, resumable.bytes)).toFixed(3)} % of their ${resumable.bytes}`,
  )
  console.log(`  over 1 % and 1 MiB: ${resumable.overBudget.length} ${resumable.overBudget.join(', ')}`)
  const bad = outcome.wrongFiles + outcome.askedTooEarly + outcome.rememberedTarget
  process.exitCode = bad + missing.length + resumable.overBudget.length > 0 ? 1 : 0
}
