import { parseArgs } from 'node:util'
import { chanceOf, isFound, mutate, soundChain } from './mutations.ts'

const help = `npm run plays:mutations -- [options]

Changes an exported chain of records in one way at a time, drawn by lot, and asks plazacast plays verify's check.

  --mutations N  how many (default 10000)
  --seed N       other ones (default 1)
`
const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(help)
else await run(Number(values.mutations), Number(values.seed))

async function run(count: number, seed: number): Promise<void> {
  const { lines, check } = await soundChain(60)
  const random = chanceOf(seed)
  const made = new Map<string, number>()
  let missed = 0
  for (let done = 0; done < count; done++) {
    const mutation = mutate(lines, random)
    made.set(mutation.kind, (made.get(mutation.kind) ?? 0) + 1)
    if (!(await isFound(mutation, check))) {
      missed += 1
      process.stdout.write(`not found: ${mutation.kind}, number ${done} of seed ${seed}\n`)
    }
    if (done % 1_000 === 0) process.stderr.write(`${done} of ${count}\n`)
  }
  for (const [kind, times] of made) process.stdout.write(`${String(times).padStart(6)} ${kind}\n`)
  process.stdout.write(`${count} mutations, ${count - missed} found\n`)
  process.exitCode = missed === 0 ? 0 : 1
}
