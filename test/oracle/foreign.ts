import { spawn } from 'node:child_process'

/** A colour, 0 to 255 a channel. */
export type Colour = readonly [red: number, green: number, blue: number]

/** What was seen of a whole display while it was watched. */
export type Watched = {
  readonly looks: number
  /** Looks in which something was neither black nor the wall's own colour. */
  readonly foreign: number
  /** The look with the most of it: raw RGB, and how many pixels. */
  readonly worst: { readonly pixels: number; readonly rgb: Buffer } | undefined
}

/** A watch over every pixel of a display; `stop` ends it and says what was seen. */
export type ForeignWatch = {
  /** Resolves with the next look that shows the wall's colour on all of it; rejects when none comes. */
  whole(): Promise<void>
  /** Since the last look that `whole` waited for: looks in which a pixel had another colour than the wall's, black too. */
  changed(): number
  stop(): Promise<Watched>
}

/** How far a channel may be off: a picture that fades, or a driver that rounds. */
const tolerance = 12
const framesPerSecond = 60
/** A window opens as one pixel, or as one column of its frame's height; that is not seen. */
const onePixelWindow = 64
const wholeMs = 30_000

/**
 * Looks at every pixel of an X display sixty times a second, the pointer left out, for anything that is neither black nor the
 * one colour of the page that is shown there: a white window, a browser's own words.
 */
export async function watchForForeign(
  display: { readonly display: string; readonly width: number; readonly height: number },
  own: Colour,
): Promise<ForeignWatch> {
  const { width, height } = display
  const source = ['-f', 'x11grab', '-draw_mouse', '0', '-framerate', `${framesPerSecond}`]
  const size = ['-video_size', `${width}x${height}`, '-i', display.display]
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'fatal', ...source, ...size]
  const child = spawn(
    'ffmpeg',
    [...args, '-fps_mode', 'passthrough', '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const bytes = width * height * 3
  const frame = Buffer.alloc(bytes)
  let filled = 0
  let looks = 0
  let foreign = 0
  let changed = 0
  let worst: Watched['worst']
  let onWhole: (() => void)[] = []
  let onFirst = () => {}
  const first = new Promise<void>((resolve) => {
    onFirst = resolve
  })
  const look = () => {
    looks += 1
    onFirst()
    const { others, owned } = count(frame, own)
    if (owned < width * height) changed += 1
    else if (onWhole.length > 0) changed = 0
    if (owned === width * height) for (const tell of onWhole.splice(0)) tell()
    if (others <= onePixelWindow) return
    foreign += 1
    if (others > (worst?.pixels ?? 0)) worst = { pixels: others, rgb: Buffer.from(frame) }
  }
  child.stdout.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(frame, filled, at)
      at += taken
      filled += taken
      if (filled < bytes) continue
      filled = 0
      look()
    }
  })
  await Promise.race([first, ended])
  return {
    whole: () =>
      new Promise((resolve, reject) => {
        const late = () => reject(new Error(`the display did not show the wall's colour within ${wholeMs / 1000} s`))
        const timer = setTimeout(late, wholeMs)
        onWhole.push(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
    changed: () => changed,
    async stop() {
      child.kill('SIGKILL')
      await ended
      onWhole = []
      return { looks, foreign, worst }
    },
  }
}

function count(frame: Buffer, [red, green, blue]: Colour): { others: number; owned: number } {
  let others = 0
  let owned = 0
  for (let at = 0; at < frame.length; at += 3) {
    const [r = 0, g = 0, b = 0] = [frame[at], frame[at + 1], frame[at + 2]]
    if (near(r, red) && near(g, green) && near(b, blue)) owned += 1
    else if (r > tolerance || g > tolerance || b > tolerance) others += 1
  }
  return { others, owned }
}

const near = (one: number, other: number) => Math.abs(one - other) <= tolerance
