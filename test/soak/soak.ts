import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { approvalOf } from '../support/documents.ts'
import { startLiveStream } from '../support/live-stream.ts'
import { type Kiosk, type Stage, setStage, startKiosk } from '../support/stage.ts'
import { liveItem, serveMedia } from './media.ts'
import { browserInspector, heapOf, type Memory, residentMemory } from './memory.ts'

export type SoakOptions = {
  readonly host: 'chromium' | 'electron'
  /** Ends after this many changes of the item on the display, or after this many milliseconds. */
  readonly until: { readonly changes: number } | { readonly ms: number }
  /** A sample of memory is taken after this many changes, and at least once a minute. */
  readonly sampleEvery: number
}

/** What the wall held, after how many changes and milliseconds since the first item was seen. */
export type MemorySample = { readonly changes: number; readonly ms: number; readonly memory: Memory }

export type SoakResult = {
  readonly samples: readonly MemorySample[]
  readonly changes: number
  readonly ms: number
  /** How often each item came on the display, by its number. */
  readonly seen: ReadonlyMap<number, number>
  /** Samples of the display that were black, and the longest time between two changes. */
  readonly black: number
  readonly longestMs: number
}

type Undo = { after(undo: () => Promise<void>): void }

/** No item stays longer than two seconds; what stands for so long is a wall that hangs. */
const patienceMs = 60_000
const grabHz = 15

/** Runs a whole wall (broker, player, browser, display) with a loop of short items of every kind, and follows its memory. */
export async function soak(options: SoakOptions, undo: Undo, say: (progress: string) => void): Promise<SoakResult> {
  const stage = await setStage(undo, { width: 640, height: 360 }, grabHz)
  const stream = await startLiveStream(liveItem)
  undo.after(() => stream.stop())
  const media = await serveMedia(stream)
  undo.after(() => media.stop())
  await stage.found()
  await pushLoop(stage, media.items)
  // As on a kiosk PC: watched over, and so with what keeps its memory small.
  const environment = { PLAZACAST_SUPERVISE: '1', ...(await withInspectors(stage.dataDir, options.host)) }
  const kiosk = await startKiosk(join(stage.dataDir, 'kiosk.json'), options.host, stage.display.display, environment)
  undo.after(() => kiosk.stop())
  return watch(stage, kiosk, options, say)
}

async function pushLoop(stage: Stage, items: Awaited<ReturnType<typeof serveMedia>>['items']): Promise<void> {
  const hour = 3_600_000
  const window = {
    from: new Date(Date.now() - hour).toISOString(),
    until: new Date(Date.now() + 90 * 24 * hour).toISOString(),
  }
  const { approver } = stage.city
  const approvals = await Promise.all(
    items.map(({ pushed, live }) => approvalOf(pushed, [approver], live ? window : {})),
  )
  await stage.push(
    items.map(({ pushed }) => pushed),
    {
      approvals,
      items: items.map(({ pushed, seconds }, at) => ({ id: `item-${at + 1}`, asset: pushed.asset, seconds })),
    },
  )
}

/** Lets the heaps be asked for: the browser gets an inspector beside its pipe, and so does the player's Node. */
async function withInspectors(dataDir: string, host: SoakOptions['host']): Promise<Record<string, string>> {
  if (host === 'electron') return {}
  const wrapper = join(dataDir, 'chromium-with-inspector')
  const chromium = findChromium(process.env, process.platform)
  await writeFile(wrapper, `#!/bin/sh\nexec '${chromium}' --remote-debugging-port=0 "$@"\n`)
  await chmod(wrapper, 0o755)
  return { PLAZACAST_CHROMIUM: wrapper, NODE_OPTIONS: '--inspect=127.0.0.1:0' }
}

function watch(stage: Stage, kiosk: Kiosk, options: SoakOptions, say: (progress: string) => void): Promise<SoakResult> {
  const samples: MemorySample[] = []
  const seen = new Map<number, number>()
  let [changes, black, longestMs] = [0, 0, 0]
  let on: number | undefined
  let begunMs: number | undefined
  let changedAtMs = performance.now()
  let sampled = { changes: 0, atMs: performance.now() }
  let sampling = Promise.resolve()

  const sample = async (after: number, ms: number) => {
    // Its memory would begin anew.
    if (kiosk.output().includes('is started again'))
      throw new Error(`the player ended:\n${kiosk.output().slice(-3000)}`)
    const memory = { ...residentMemory(kiosk.pid), ...(await heaps(kiosk)) }
    samples.push({ changes: after, ms, memory })
  }
  const isOver = (ms: number) =>
    'changes' in options.until ? changes >= options.until.changes : ms >= options.until.ms

  return new Promise<SoakResult>((resolve, reject) => {
    const watchdog = setInterval(() => {
      if (performance.now() - changedAtMs > patienceMs) finish(() => reject(new Error(describeHang(kiosk, on))))
    }, 1_000)
    const off = stage.grab.on(({ seen: now }) => {
      if (now.kind === 'black' && begunMs !== undefined) black += 1
      if (now.kind !== 'frame' || now.item === on) return
      const atMs = performance.now()
      begunMs ??= atMs
      if (on !== undefined) {
        changes += 1
        longestMs = Math.max(longestMs, atMs - changedAtMs)
      }
      changedAtMs = atMs
      on = now.item
      seen.set(on, (seen.get(on) ?? 0) + 1)
      const ms = atMs - begunMs
      say(`${changes} changes in ${Math.round(ms / 1000)} s, ${samples.length} samples`)
      if (changes - sampled.changes >= options.sampleEvery || atMs - sampled.atMs >= 60_000) {
        sampled = { changes, atMs }
        sampling = sampling.then(() => sample(sampled.changes, ms))
        sampling.catch((cause: unknown) => finish(() => reject(cause)))
      }
      if (!isOver(ms)) return
      finish(() => void sampling.then(() => resolve({ samples, changes, ms, seen, black, longestMs }), reject))
    })
    const finish = (then: () => void) => {
      clearInterval(watchdog)
      off()
      then()
    }
  })
}

const describeHang = (kiosk: Kiosk, on: number | undefined) =>
  `the item on the display (${on ?? 'none yet'}) did not change for ${patienceMs / 1000} s:\n${kiosk.output().slice(-3000)}`

async function heaps(kiosk: Kiosk): Promise<Memory> {
  const mainPort = [...kiosk.output().matchAll(/Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/g)].at(-1)?.[1]
  const page = await heapOf(browserInspector(kiosk.pid))
  const main = await heapOf(mainPort === undefined ? undefined : Number(mainPort))
  return { ...(page !== undefined && { 'page heap': page }), ...(main !== undefined && { 'main heap': main }) }
}
