// npm run bench:technician: how fast the technician's page answers while a film plays, as a phone asks, and what the looking costs
// the film: frames lost in the same time with and without it.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { makeClip } from '../support/clips.ts'
import { setStage } from '../support/stage.ts'
import { createUndo, figuresOf, quantile } from './figures.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    phones: { type: 'string', default: '3' },
    host: { type: 'string', default: 'chromium' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run bench:technician -- [--seconds 60] [--phones 3] [--host chromium|electron]')
  process.exit(0)
}

const picture = z.object({ presentedFrames: z.int(), droppedFrames: z.int() })
const report = z.object({ health: z.object({ readings: z.object({ picture }) }).nullable() })

const goalMs = 200
const undo = createUndo()
const size = { width: 1280, height: 720 }
const looksMs = Number(values.seconds) * 1000
const stage = await setStage(undo, size, 30)
try {
  await stage.found()
  const wall = await stage.startKiosk(values.host === 'electron' ? 'electron' : 'chromium')
  await wall.says(/the page for technicians: http:\S+/)
  const address = /the page for technicians: (http:\S+\/)/.exec(wall.output())?.[1] ?? ''
  const film = await makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 10, ...size })
  await stage.push([await stage.origin.add(film.file, film.mediaType)])
  await stage.sees(1)
  const alone = await framesDuring(address, () => new Promise((resolve) => setTimeout(resolve, looksMs)))
  console.log(`a film alone for ${looksMs / 1000} s: ${alone}`)
  const reports: number[] = []
  const pictures: number[] = []
  const looked = await framesDuring(address, async () => {
    const phones = Array.from({ length: Number(values.phones) }, (_, index) => look(address, index, reports, pictures))
    await Promise.all(phones)
  })
  console.log(`a film and ${values.phones} phones: ${looked}`)
  console.log(`  report   ${figuresOf(reports)}`)
  console.log(`  picture  ${figuresOf(pictures)} (taken anew every two seconds, else the last one)`)
  const p99 = quantile(reports, 0.99)
  console.log(`  goal: reports within ${goalMs} ms (p99): ${p99 <= goalMs ? 'met' : 'NOT met'}`)
} finally {
  await undo.run()
}

/** As the page does: a report every two seconds and a picture every two and a half; the phones are not in step. */
async function look(address: string, index: number, reports: number[], pictures: number[]): Promise<void> {
  const untilMs = performance.now() + looksMs
  const every = async (path: string, ms: number, into: number[]) => {
    await new Promise((resolve) => setTimeout(resolve, index * 300))
    while (performance.now() < untilMs) {
      const beganMs = performance.now()
      const response = await fetch(new URL(path, address))
      await response.arrayBuffer()
      if (response.ok) into.push(performance.now() - beganMs)
      await new Promise((resolve) => setTimeout(resolve, ms))
    }
  }
  await Promise.all([every('report', 2000, reports), every('picture', 2500, pictures)])
}

async function framesDuring(address: string, run: () => Promise<unknown>): Promise<string> {
  const before = await frames(address)
  await run()
  const after = await frames(address)
  return `${after.presentedFrames - before.presentedFrames} frames presented, ${after.droppedFrames - before.droppedFrames} lost`
}

async function frames(address: string): Promise<z.infer<typeof picture>> {
  const { health } = report.parse(await (await fetch(new URL('report', address))).json())
  return health?.readings.picture ?? { presentedFrames: 0, droppedFrames: 0 }
}
