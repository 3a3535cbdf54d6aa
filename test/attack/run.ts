// npm run attack: attacks on the real intake and store, as many as are asked for. `--replay SEED` shows one.
import { parseArgs } from 'node:util'
import { type Attack, attackOf } from './attack.ts'
import { besiege } from './siege.ts'
import { createTarget } from './target.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '0' },
    only: { type: 'string' },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(
    'npm run attack -- [--count 100000] [--seed 0] [--only "kind of attack"]\nnpm run attack -- --replay SEED',
  )
} else if (values.replay !== undefined) {
  replay(attackOf(Number(values.replay), values.only))
} else {
  run(Number(values.seed), Number(values.count))
}

function run(seed: number, count: number): void {
  const beganMs = performance.now()
  const { broken, counts, mostChecks } = besiege(seed, count, values.only, (done) => {
    if (done % 10_000 === 0) process.stderr.write(`${done} of ${count}\n`)
  })
  for (const [name, number] of [...counts].toSorted(([a], [b]) => a.localeCompare(b))) {
    console.log(`${String(number).padStart(8)}  ${name}`)
  }
  for (const { attack, why } of broken.slice(0, 100))
    console.log(`BROKEN by ${attack.name} (--replay ${attack.seed}): ${why}`)
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(0)
  console.log(
    `${count} attacks of ${counts.size} kinds, seeds from ${seed}: accepted = ${broken.length} (${seconds} s)`,
  )
  console.log(`at most ${mostChecks} signatures were checked for one message`)
  process.exitCode = broken.length > 0 ? 1 : 0
}

function replay(attack: Attack): void {
  const text = Buffer.from(attack.bytes).toString()
  console.log(
    `${attack.name}, expected: ${attack.expected}\ntopic: ${JSON.stringify(attack.topic)}\n${attack.bytes.length} bytes:`,
  )
  console.log(text.length > 4000 ? `${text.slice(0, 4000)}…` : text)
  const payload = /"payload":"([A-Za-z0-9_-]+)"/.exec(text)?.[1]
  if (payload) console.log(`payload: ${Buffer.from(payload, 'base64url').toString().slice(0, 4000)}`)
  const target = createTarget()
  console.log(target.hit(attack))
  target.stop()
}
