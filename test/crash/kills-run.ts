// npm run kills: kills the player at random instants of a busy hour and starts it again.
import { parseArgs } from 'node:util'
import { killAgainAndAgain } from './kills.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run kills -- [--count 200] [--seed 1]\n  SIGKILL of the player at random instants of a busy hour; its disk is checked after each',
  )
} else {
  const progress = (line: string) => process.stderr.write(`\r\x1b[K${line}`)
  const { kills, shown, published, cached, lost, corrupt, wrong } = await killAgainAndAgain({
    count: Number(values.count),
    seed: Number(values.seed),
    progress,
  })
  progress('')
  for (const [name, all] of Object.entries({ lost, corrupt, wrong }))
    for (const one of all.slice(0, 20)) console.log(`${name}: ${one.slice(0, 500)}`)
  console.log(`${kills} kills, seed ${values.seed}: ${published} documents, ${cached} downloads, ${shown} showings`)
  console.log(`lost = ${lost.length}, corrupt = ${corrupt.length}, wrong on the wall = ${wrong.length}`)
  process.exitCode = lost.length + corrupt.length + wrong.length > 0 ? 1 : 0
}
