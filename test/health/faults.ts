import type { ReasonCode } from '../../shared/health/codes.ts'
import type { Heard, WatchedWall } from './watched-wall.ts'

/** Something that is made to go wrong with a running wall, and what must be reported of it. */
export type Fault = {
  readonly name: string
  /** One of these must be given as a reason. */
  readonly codes: readonly ReasonCode[]
  /** Why it cannot be tried here; undefined: it can. */
  readonly impossible?: (wall: WatchedWall) => string | undefined
  inject(wall: WatchedWall): unknown
  heal(wall: WatchedWall): unknown
}

/** What came of a fault: seconds from the fault to its report, and from its end until nothing is reported of it. */
export type Outcome = {
  readonly fault: string
  readonly code: string
  readonly verdict: string
  readonly message: string
  readonly reportedSeconds: number
  readonly clearedSeconds: number
}

export const faults: readonly Fault[] = [
  {
    name: 'the page is covered in black',
    codes: ['picture-black'],
    inject: (wall) => wall.cover(true),
    heal: (wall) => wall.cover(false),
  },
  {
    name: 'the page’s process stands still',
    codes: ['picture-frozen', 'recovery-climbing'],
    inject: (wall) => wall.signal('renderer', 'SIGSTOP'),
    heal: (wall) => wall.signal('renderer', 'SIGCONT'),
  },
  {
    name: 'the GPU’s process stands still',
    codes: ['picture-frozen', 'recovery-climbing'],
    inject: (wall) => wall.signal('gpu-process', 'SIGSTOP'),
    heal: (wall) => wall.signal('gpu-process', 'SIGCONT'),
  },
  {
    name: 'the display has no power',
    codes: ['wall-unpowered'],
    inject: (wall) => wall.light(false),
    heal: (wall) => wall.light(true),
  },
  {
    name: 'the processor has 97 °C',
    codes: ['cpu-hot'],
    inject: (wall) => wall.heat(97),
    heal: (wall) => wall.heat(50),
  },
  {
    name: 'somebody fills the disk to its last byte',
    codes: ['disk-full'],
    impossible: ({ volume }) => (volume ? undefined : 'nothing may be mounted here'),
    inject: ({ volume }) => volume?.fill(),
    heal: ({ volume }) => volume?.empty(),
  },
  {
    name: 'the system’s clock steps by an hour',
    codes: ['clock-wrong'],
    impossible: ({ setClock }) => (setClock ? undefined : 'libfaketime is not here: apt-get install faketime'),
    inject: ({ setClock }) => setClock?.('+1h'),
    heal: ({ setClock }) => setClock?.('+0s'),
  },
  {
    name: 'the connection to the broker goes deaf',
    codes: ['broker-deaf'],
    inject: ({ wire }) => wire.deafen(),
    heal: ({ wire }) => wire.hear(),
  },
  {
    name: 'the connection to the broker is cut',
    codes: ['broker-lost'],
    // The word of it comes over the connection that is cut: it is read where the technician reads it.
    inject: ({ wire }) => wire.cut(),
    heal: ({ wire }) => wire.hear(),
  },
  {
    name: 'the case has 88 °C',
    codes: ['temperature-high'],
    inject: (wall) => wall.heat(88, 'board'),
    heal: (wall) => wall.heat(40, 'board'),
  },
  {
    name: 'a playlist names a file that no server has',
    codes: ['downloads-failing'],
    inject: (wall) => wall.push('absent'),
    heal: (wall) => wall.push('films'),
  },
  {
    name: 'all that there is to show is withdrawn',
    codes: ['slate-shown'],
    inject: (wall) => wall.push('withdrawn'),
    heal: (wall) => wall.push('films'),
  },
]

/** What depends on how busy this machine is, and is true when it is said. */
const machines: readonly string[] = ['cpu-busy', 'memory-high', 'frames-dropped'] satisfies ReasonCode[]

/** Reasons that the wall, and not the machine of the test, is to blame for. */
export const blamed = ({ reasons }: Pick<Heard, 'reasons'>): string[] =>
  reasons
    .filter(({ gravity }) => gravity !== 'info')
    .map(({ code }) => code)
    .filter((code) => !machines.includes(code))

/** Waits until the newest word of the wall is that nothing is wrong with it. */
export async function untilWell(wall: WatchedWall, what: string, deadlineMs = 90_000): Promise<Heard> {
  return untilHeard(wall, what, 0, (word) => word === wall.heard.at(-1) && blamed(word).length === 0, deadlineMs)
}

/** Makes one thing go wrong, waits for its report, ends it, and waits until the wall is well. */
export async function tryFault(wall: WatchedWall, fault: Fault): Promise<Outcome> {
  const from = wall.heard.length
  await fault.inject(wall)
  // A disk is not full before its last byte is written.
  const injectedMs = performance.now()
  const codeIn = (word: Heard) => fault.codes.find((code) => blamed(word).includes(code))
  const word = await untilHeard(wall, fault.name, from, (one) => codeIn(one) !== undefined, 40_000)
  const healedMs = performance.now()
  await fault.heal(wall)
  const well = await untilWell(wall, `well after: ${fault.name}`)
  const code = codeIn(word) ?? ''
  return {
    fault: fault.name,
    code,
    verdict: word.verdict,
    message: word.reasons.find((one) => one.code === code)?.message ?? '',
    reportedSeconds: Math.max(0, (word.heardMs - injectedMs) / 1000),
    clearedSeconds: Math.max(0, (well.heardMs - healedMs) / 1000),
  }
}

/** The first word from this one on that fits. */
export async function untilHeard(
  wall: WatchedWall,
  what: string,
  from: number,
  fits: (word: Heard) => boolean,
  deadlineMs: number,
): Promise<Heard> {
  const untilMs = performance.now() + deadlineMs
  for (;;) {
    const found = wall.heard.slice(from).find(fits)
    if (found) return found
    if (performance.now() > untilMs) throw new Error(`${what}: not within ${deadlineMs} ms; last: ${wall.last()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
