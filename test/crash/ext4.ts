import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chanceOf } from '../attack/chance.ts'
import { checkDisk } from './check.ts'
import { createMemory } from './check-world.ts'
import type { Day } from './day.ts'
import { type Mark, readMark } from './marks.ts'
import type { Heard } from './overheard.ts'
import { promisedUntil, type Scene, setScene, unrecordedWorld, wallProgram } from './scene.ts'

export type CutOptions = { readonly cuts: number; readonly seed: number; readonly progress: (line: string) => void }
export type CutFigures = {
  readonly cuts: number
  readonly failures: readonly { readonly cut: number; readonly problems: readonly string[] }[]
}

const imageBytes = 64 * 1024 * 1024

/** Why this machine cannot do it; undefined if it can. */
export function whyNoLoopDevice(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'an ext4 image needs Linux and root'
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-ext4-'))
  try {
    const mounted = mountImage(folder, true)
    mounted.unmount()
    return undefined
  } catch (error) {
    return `an ext4 image cannot be mounted here: ${(error as Error).message.split('\n')[0]}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A busy player on a real ext4, in an image behind a loop device. At random instants the player is held still and the image
 * copied as the block layer has it: what the kernel still held in memory is not in it, as after a power cut. The copy is
 * mounted, its journal replayed by ext4 itself, and checked. Held still, since a copy takes time: blocks of two instants
 * are what no power cut leaves. For the same reason ext4 commits by itself only once in ten minutes.
 */
export async function cutOnExt4({ cuts, seed, progress }: CutOptions): Promise<CutFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-ext4-'))
  for (const name of ['live', 'cut']) mkdirSync(join(folder, name))
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const live = mountImage(join(folder, 'live'), true)
    undo.push(() => live.unmount())
    const chance = chanceOf(seed)
    const scene = await setScene(folder, { chance, quotaBytes: 6_000_000, awaits: 'documents' }, undo)
    const { day, wire, rootKeys } = scene
    const given = { ...scene.given, dataDir: join(live.folder, 'data'), showingMs: 20 }
    const { marks } = given
    writeFileSync(marks, '')
    const wall = spawn(process.execPath, [wallProgram, JSON.stringify(given)], { stdio: ['pipe', 'ignore', 'inherit'] })
    undo.push(async () => {
      const exit = once(wall, 'exit')
      if (wall.kill('SIGKILL')) await exit
    })
    const city2 = keepBusy(day, chance.below)
    const failures: { cut: number; problems: readonly string[] }[] = []
    const memory = createMemory()
    for (let cut = 1; cut <= cuts; cut++) {
      await new Promise((resolve) => setTimeout(resolve, 100 + chance.below(600)))
      wall.kill('SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, 30)) // calls that had begun end
      const promised = {
        heard: wire.connections.map(({ told }) => ({ told: [...told] })),
        marks: marksNow(marks),
        published: [...day.published],
      }
      copyFileSync(live.image, join(folder, 'cut', 'image'), constants.COPYFILE_FICLONE)
      const after = { marks: marksNow(marks), published: [...day.published] }
      wall.kill('SIGCONT')
      const problems = await checkCut(folder, rootKeys, promised, after, memory)
      if (problems.length > 0) failures.push({ cut, problems })
      progress(`${cut} of ${cuts} cuts, ${failures.length} failures`)
    }
    await city2.stop()
    return { cuts, failures }
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

function keepBusy(day: Day, below: (limit: number) => number): { stop(): Promise<void> } {
  let over = false
  const busy = (async () => {
    await day.found()
    for (let push = 0; !over; push++) {
      await (push < 3 ? day.push('alley', 2) : day.anything())
      await new Promise((resolve) => setTimeout(resolve, 20 + below(100)))
    }
  })()
  return {
    async stop() {
      over = true
      await busy
    },
  }
}

function marksNow(file: string): Mark[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(readMark)
}

async function checkCut(
  folder: string,
  rootKeys: Scene['rootKeys'],
  promised: { heard: readonly Heard[]; marks: readonly Mark[]; published: Day['published'] },
  after: { marks: readonly Mark[]; published: Day['published'] },
  memory: ReturnType<typeof createMemory>,
): Promise<readonly string[]> {
  const expected = promisedUntil(promised.published, promised.heard, promised.marks)
  const mounted = mountImage(join(folder, 'cut'), false)
  try {
    const world = unrecordedWorld(folder, rootKeys, after.published, after.marks)
    return await checkDisk(join(mounted.folder, 'data'), expected, world, memory)
  } finally {
    mounted.unmount()
  }
}

/** `image` in a folder, mounted beside it; made anew if asked for. */
function mountImage(folder: string, fresh: boolean): { image: string; folder: string; unmount(): void } {
  const [image, mounted] = [join(folder, 'image'), join(folder, 'mounted')]
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } })
  mkdirSync(mounted, { recursive: true })
  if (fresh) {
    writeFileSync(image, '')
    truncateSync(image, imageBytes)
    run('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
  }
  if (statSync(image).size !== imageBytes) throw new Error('the image is not whole')
  run('mount', '-o', 'loop,commit=600', image, mounted)
  return { image, folder: mounted, unmount: () => void run('umount', mounted) }
}
