import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { decodeBand, type Seen } from './band.ts'

/** One look at the display: when, in milliseconds on the clock of `performance.now()` of this process, and what. */
export type Sample = { readonly atMs: number; readonly seen: Seen }

/** Where to look: a display such as `:80`, an area in pixels (one band across it, see `bandArea`), and how often. */
export type GrabOptions = {
  readonly display: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Samples a second, 60 unless told: two a frame of a film at 30 frames a second. */
  readonly hz?: number
}

/** A running grab; `stop` ends it and resolves when the grabber is gone. */
export type Grab = {
  /** Every sample from now on, until the grab stops. */
  readonly samples: AsyncIterable<Sample>
  /** Calls the listener with every sample from now on; returns its undo. */
  on(listener: (sample: Sample) => void): () => void
  /** The first sample from now on that satisfies the predicate; rejects after the deadline, saying what was seen instead. */
  waitFor(predicate: (seen: Seen, sample: Sample) => boolean, deadlineMs: number): Promise<Sample>
  stop(): Promise<void>
}

/**
 * Grabs one band of an X display and decodes each sample as it comes.
 *
 * The time of a sample is the one ffmpeg's x11grab reads from the system's clock right before it asks the X server for
 * the pixels (showinfo prints it), not the time at which the bytes arrive here: a busy Node process shifts the second
 * but not the first. Resolves after the first sample; rejects if the grabber ends before.
 */
export async function startGrab(options: GrabOptions): Promise<Grab> {
  const { display, x, y, width, height, hz = 60 } = options
  const source = ['-f', 'x11grab', '-draw_mouse', '0', '-framerate', `${hz}`, '-video_size', `${width}x${height}`]
  const area = ['-grab_x', `${x}`, '-grab_y', `${y}`, '-i', display]
  const timed = ['-copyts', '-fps_mode', 'passthrough', '-vf', 'format=gray,showinfo=checksum=0']
  const args = ['-hide_banner', '-nostdin', '-nostats', ...source, ...area, ...timed, '-f', 'rawvideo', 'pipe:1']
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  preferOverOthers(child.pid)
  const listeners = new Set<(sample: Sample) => void>()
  const said: string[] = []
  readSamples(child.stdout, child.stderr, width, height, said, (sample) => {
    for (const listener of listeners) listener(sample)
  })
  const grab: Grab = {
    get samples() {
      return iterate(listeners, ended)
    },
    on: (listener) => listen(listeners, listener),
    waitFor: (predicate, deadlineMs) => waitFor(listeners, ended, predicate, deadlineMs),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
  try {
    await grab.waitFor(() => true, 10_000)
  } catch (cause) {
    await grab.stop()
    throw new Error(`the display ${display} cannot be grabbed: ${said.join('\n')}`, { cause })
  }
  return grab
}

/** Pairs the n-th picture on stdout with the n-th time on stderr; both streams keep their order. */
function readSamples(
  pixels: Readable,
  log: Readable,
  width: number,
  height: number,
  said: string[],
  emit: (sample: Sample) => void,
): void {
  const wallMinusMonotonicMs = measureClockOffset()
  const seen: Seen[] = []
  const times: number[] = []
  const pair = () => {
    while (seen.length > 0 && times.length > 0) {
      const [what, atMs] = [seen.shift(), times.shift()]
      if (what !== undefined && atMs !== undefined) emit({ atMs, seen: what })
    }
  }
  readPictures(pixels, width * height, (picture) => {
    const middle = Math.floor(height / 2) * width
    seen.push(decodeBand(picture.subarray(middle, middle + width)))
    pair()
  })
  createInterface({ input: log }).on('line', (line) => {
    const microseconds = /showinfo.* pts: *(\d+)/.exec(line)?.[1]
    if (microseconds !== undefined) times.push(Number(microseconds) / 1000 - wallMinusMonotonicMs)
    else if (!line.includes('showinfo') && said.length < 40) said.push(line)
    pair()
  })
}

function readPictures(pixels: Readable, bytes: number, emit: (picture: Uint8Array) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  pixels.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= bytes) {
      emit(rest.subarray(0, bytes))
      rest = rest.subarray(bytes)
    }
  })
}

/** The wall clock minus `performance.now()`; taken at the very change of a millisecond because Date.now() is cut off. */
function measureClockOffset(): number {
  const before = Date.now()
  while (true) {
    const now = Date.now()
    if (now !== before) return now - performance.now()
  }
}

/** A yardstick must not be late because what it measures is busy; refused to ordinary users, and then not needed. */
function preferOverOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, -15)
  } catch {
    // Only root may raise a priority; the samples carry their true times either way.
  }
}

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function waitFor(
  listeners: Set<(sample: Sample) => void>,
  ended: Promise<void>,
  predicate: (seen: Seen, sample: Sample) => boolean,
  deadlineMs: number,
): Promise<Sample> {
  return new Promise((resolve, reject) => {
    let last: Sample | undefined
    const fail = (why: string) => finish(() => reject(new Error(`${why}; last seen: ${JSON.stringify(last?.seen)}`)))
    const timer = setTimeout(() => fail(`not on the display within ${deadlineMs} ms`), deadlineMs)
    const off = listen(listeners, (sample) => {
      last = sample
      if (predicate(sample.seen, sample)) finish(() => resolve(sample))
    })
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      off()
      settle()
    }
    void ended.then(() => fail('the grabber ended'))
  })
}

async function* iterate(listeners: Set<(sample: Sample) => void>, ended: Promise<void>): AsyncGenerator<Sample> {
  const queue: Sample[] = []
  let wake = () => {}
  let over = false
  const off = listen(listeners, (sample) => {
    queue.push(sample)
    wake()
  })
  void ended.then(() => {
    over = true
    wake()
  })
  try {
    while (!over || queue.length > 0) {
      const next = queue.shift()
      if (next !== undefined) yield next
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    off()
  }
}
