// npm run soak -- --changes 3000: shows a loop of every kind of item over and over, and says whether the wall's memory grows.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createUndo } from '../bench/figures.ts'
import { isGrowing, toReport } from './report.ts'
import { soak } from './soak.ts'

const help = `npm run soak -- [options]
Runs a whole wall on a display of its own (broker, player, browser): photos, films of several codecs and sizes, HLS sets and one
live HLS stream, 0.7 to 2 seconds each, about 50 changes a minute. Follows what its processes hold of their own (resident
memory without the pages of files), their resident memory, and JavaScript's, and prints how it grows: the Theil-Sen slope
after the warm-up, with a 95 % interval by the moving block bootstrap. Ends with 1 when the whole interval of page, GPU
process or main lies above the bound.
  --changes N       changes of the item on the display, 3000 unless told (about an hour)
  --hours N         instead: for so long
  --host NAME       chromium (unless told) or electron
  --warm-up SHARE   of the run that is not judged, 0.5 unless told: for half an hour caches fill and code is compiled
  --bound KIB       growth for each change that is let pass, 0 unless told (1, at an item every ten seconds: 8.6 MiB a day)
  --save FILE       every sample as JSON`

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '3000' },
    hours: { type: 'string' },
    host: { type: 'string', default: 'chromium' },
    'warm-up': { type: 'string', default: '0.5' },
    bound: { type: 'string', default: '0' },
    save: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

let saidAtMs = 0

if (values.help) process.stdout.write(`${help}\n`)
else await run()

async function run(): Promise<void> {
  const [changes, hours] = [Number(values.changes), Number(values.hours ?? 0)]
  const [warmUp, boundKib] = [Number(values['warm-up']), Number(values.bound)]
  if (!(changes > 0 && hours >= 0 && warmUp >= 0 && warmUp < 1 && boundKib >= 0))
    throw new Error(`a wrong number\n${help}`)
  if (values.host !== 'chromium' && values.host !== 'electron') throw new Error(`${values.host} is no host\n${help}`)
  const until = hours > 0 ? { ms: hours * 3_600_000 } : { changes }
  // Whole loops of twelve items where there are enough of them: each item holds another amount.
  const sampleEvery = hours > 0 ? Number.POSITIVE_INFINITY : Math.max(4, 12 * Math.floor(changes / 960))
  const undo = createUndo()
  try {
    const result = await soak({ host: values.host, until, sampleEvery }, undo, progress)
    const settings = { warmUp, boundKib }
    process.stderr.write('\n')
    if (values.save !== undefined) writeFileSync(values.save, JSON.stringify(result.samples))
    process.stdout.write(`${toReport(result, settings)}\n`)
    process.exitCode = isGrowing(result, settings) ? 1 : 0
  } finally {
    await undo.run()
  }
}

function progress(text: string): void {
  const everyMs = process.stderr.isTTY ? 1_000 : 60_000
  if (performance.now() - saidAtMs < everyMs) return
  saidAtMs = performance.now()
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
}
