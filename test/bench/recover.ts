// npm run bench:recover: from the death (SIGKILL) or standstill (SIGSTOP) of a part to the next moving picture of the programme on
// the display; beside a bare Chromium in kiosk mode that a shell loop starts again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { type Clip, makeClip } from '../support/clips.ts'
import { eventually } from '../support/eventually.ts'
import { type Kiosk, type Stage, setStage, startKiosk } from '../support/stage.ts'
import { createUndo, figuresOf } from './figures.ts'
import { type Drill, type DrillResult, drillOnce, photoItem } from './kill-drill.ts'

const { values } = parseArgs({
  options: {
    renderer: { type: 'string', default: '50' },
    gpu: { type: 'string', default: '10' },
    main: { type: 'string', default: '20' },
    browser: { type: 'string', default: '3' },
    hangs: { type: 'string', default: '2' },
    parts: { type: 'string', default: 'renderer,gpu,browser,main' },
    rival: { type: 'string', default: '3' },
    host: { type: 'string', default: 'chromium' },
    loop: { type: 'string', default: 'both' },
    minutes: { type: 'string', default: '25' },
    'no-stand-by': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`npm run bench:recover -- [--renderer 50] [--gpu 10] [--browser 3] [--main 20] [--hangs 2] [--rival 3] [--parts renderer,gpu,browser,main]
  [--host chromium|electron] [--loop films|mixed|both] [--minutes 25] [--no-stand-by]

Kills each part so many times, each time when a page stands by again, and stops each part for good (--hangs); the
graphics process twice within a minute as well. The loop has two
films, and a photo when it is mixed; of both the films take all drills, and the mixed loop a fifth. After --minutes no
further drill is begun. All of it takes about 20 minutes.
Black: nothing lit was seen. Other: neither black nor the programme; the slate counts here.
0 ms: pictures went on, or stood for less than 120 ms.`)
  process.exit(0)
}

const size = { width: 1280, height: 720 }
const untilMs = performance.now() + Number(values.minutes) * 60_000
const undo = createUndo()
const lines: string[] = []
/** So long pictures have to come before a loss is none of a row, in milliseconds; a player is started 15 times in two minutes at most. */
const gapsMs = { renderer: 3000, gpu: 4000, browser: 5000, main: 8000 }

/** How often a page had come to stand by when the last one that did was lost or put on the wall. */
let taken = 0
try {
  const host = values.host === 'electron' ? 'electron' : 'chromium'
  const stage = await setStage(undo, size, 60)
  const films = await Promise.all(
    [1, 2].map((item) => makeClip({ kind: 'film', item, codec: 'h264', seconds: 6, ...size })),
  )
  const photo = await makeClip({ kind: 'photo', item: photoItem, format: 'png', ...size })
  await stage.configure({ standBy: !values['no-stand-by'] })
  const kiosk = await startKiosk(join(stage.dataDir, 'kiosk.json'), host, stage.display.display, {
    PLAZACAST_SUPERVISE: '1',
  })
  undo.after(() => kiosk.stop())
  await stage.found()
  const assets = await Promise.all([...films, photo].map((clip) => stage.origin.add(clip.file, clip.mediaType)))
  const parts = (['renderer', 'gpu', 'browser', 'main'] as const).filter(
    // Under Electron the browser is the player's own process.
    (part) => values.parts.split(',').includes(part) && (part !== 'browser' || host === 'chromium'),
  )
  const kills = { renderer: values.renderer, gpu: values.gpu, browser: values.browser, main: values.main }
  const loops = (['films', 'mixed'] as const).filter((loop) => values.loop === 'both' || values.loop === loop)
  for (const [revision, loop] of loops.entries()) {
    const share = revision === 0 ? 1 : 0.2
    const items = assets.map(({ asset }, at) => ({ id: `item-${at}`, asset, ...(at === 2 && { seconds: 4.5 }) }))
    const shown = loop === 'films' ? 2 : 3
    await stage.push(assets.slice(0, shown), { items: items.slice(0, shown), revision: revision + 1 })
    await stage.sees(shown, 60_000)
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      for (const part of parts) {
        const times = Math.ceil(share * Number(signal === 'SIGKILL' ? kills[part] : values.hangs))
        await repeat(`${part} ${signal} (${host}, ${loop})`, times, () => drill(stage, kiosk, { part, signal }))
        if (part !== 'gpu' || signal === 'SIGKILL') continue
        await repeat(`gpu SIGSTOP again soon (${host}, ${loop})`, times, () => hangAgain(stage, kiosk))
      }
    }
  }
  await kiosk.stop()
  await rival(stage, films)
  console.log(`\nfrom the signal to the next moving picture on the display, ${size.width}x${size.height}`)
  for (const line of lines) console.log(line)
} finally {
  await undo.run()
}

/** Waits until a page stands by and films have played for a while, so that each kill is one of its own. */
async function drill(stage: Stage, kiosk: Kiosk, what: Drill): Promise<DrillResult> {
  // What starts the player or its browser anew needs no page that stands by.
  if (what.part === 'renderer' || what.signal === 'SIGSTOP') await untilStandBy(kiosk)
  // The page that stands by warms itself up, and would be taken for the one on the wall.
  await delay(gapsMs[what.part] + Math.random() * 500)
  await stage.grab.waitFor((seen) => seen.kind === 'frame' && seen.frame > 5 && seen.frame < 120, 60_000)
  const before = standByCount(kiosk)
  const result = await drillOnce(stage.grab, kiosk.pid, what, 120_000)
  if (what.part !== 'gpu') taken = before
  return result
}

/** A graphics process that hangs, is mended, and hangs again within a minute; the second time is what is told. */
async function hangAgain(stage: Stage, kiosk: Kiosk): Promise<DrillResult> {
  const what = { part: 'gpu', signal: 'SIGSTOP' } as const
  const first = await drill(stage, kiosk, what)
  console.log(`hung once: back after ${first.backMs?.toFixed(0)} ms`)
  await stage.grab.waitFor((seen) => seen.kind === 'frame' && seen.frame > 5 && seen.frame < 120, 60_000)
  return drillOnce(stage.grab, kiosk.pid, what, 120_000)
}

function standByCount(kiosk: Kiosk): number {
  return kiosk.output().split('another page stands by').length - 1
}

async function untilStandBy(kiosk: Kiosk): Promise<void> {
  if (values['no-stand-by']) return
  const isThere = () => standByCount(kiosk) > taken
  await eventually('another page stands by', isThere, 60_000, 100).catch(({ message }) => console.log(message))
}

async function repeat(name: string, times: number, once: () => Promise<DrillResult>): Promise<void> {
  const results: DrillResult[] = []
  for (let time = 0; time < times; time += 1) {
    if (performance.now() > untilMs) {
      console.log(`${name}: left out from ${time + 1}/${times} on, the time is over`)
      break
    }
    const result = await once()
    results.push(result)
    const { backMs, blackMs, otherMs } = result
    const came = backMs === undefined ? 'never came back' : `back after ${backMs.toFixed(0)} ms`
    console.log(`${name} ${time + 1}/${times}: ${came}, black ${blackMs.toFixed(0)} ms, other ${otherMs.toFixed(0)} ms`)
  }
  if (results.length > 0) lines.push(lineOf(name, results))
}

function lineOf(name: string, results: readonly DrillResult[]): string {
  const back = results.flatMap(({ backMs }) => (backMs === undefined ? [] : [backMs]))
  const lost = results.length - back.length
  const most = (kind: 'blackMs' | 'otherMs') => Math.max(...results.map((result) => result[kind])).toFixed(0)
  const figures = back.length > 0 ? figuresOf(back) : 'no picture'
  return `  ${name.padEnd(34)} ${figures}; black at most ${most('blackMs')} ms, other ${most('otherMs')} ms${lost > 0 ? `; ${lost} never came back` : ''}`
}

/** What many walls are: a page in a kiosk browser, and a loop that starts the browser when it ends. */
async function rival(stage: Stage, films: readonly Clip[]): Promise<void> {
  const times = Number(values.rival)
  if (times === 0) return
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-rival-'))
  undo.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const sources = JSON.stringify(films.map(({ file }) => `file://${file}`))
  const script = `let at = 0; const next = () => { v.src = ${sources}[at++ % ${films.length}]; v.play() }; v.onended = next; next()`
  const page = join(folder, 'page.html')
  await writeFile(
    page,
    `<!doctype html><style>*{margin:0;background:#000}video{width:100vw}</style><video id=v muted></video><script>${script}</script>`,
  )
  const sandbox = process.getuid?.() === 0 ? '--no-sandbox --test-type' : ''
  const flags = `${sandbox} --no-first-run --kiosk --autoplay-policy=no-user-gesture-required --window-position=0,0 --window-size=${size.width},${size.height} --user-data-dir=${folder}`
  const loop = `while true; do '${findChromium(process.env, process.platform)}' ${flags} 'file://${page}'; done`
  const child = spawn('sh', ['-c', loop], {
    env: { ...process.env, DISPLAY: stage.display.display },
    stdio: 'ignore',
    detached: true,
  })
  await once(child, 'spawn')
  undo.after(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  })
  await stage.sees(2, 60_000)
  const killed = (part: 'renderer' | 'gpu' | 'browser') => async () => {
    await delay(2000)
    return drillOnce(stage.grab, child.pid ?? 0, { part, signal: 'SIGKILL' }, 20_000)
  }
  await repeat('gpu SIGKILL (kiosk browser)', times, killed('gpu'))
  await repeat('browser SIGKILL (kiosk browser)', times, killed('browser'))
  await repeat('renderer SIGKILL (kiosk browser)', 1, killed('renderer'))
}
