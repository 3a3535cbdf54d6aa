// npm run hostile -- --count 2000: leads hostile media files over a real wall and says how long the worst of them held it.
import { parseArgs } from 'node:util'
import { createUndo } from '../bench/figures.ts'
import { setStage } from '../support/stage.ts'
import { parade } from './parade.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    host: { type: 'string', default: 'chromium' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run hostile -- [--count 2000] [--seed 1] [--host chromium|electron]')
} else {
  const undo = createUndo()
  try {
    const stage = await setStage(undo)
    await stage.found()
    await stage.startKiosk(values.host === 'electron' ? 'electron' : 'chromium')
    const result = await parade(stage, Number(values.seed), Number(values.count), console.log)
    process.exitCode = result.losses > 0 ? 1 : 0
  } finally {
    await undo.run()
  }
}
