import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { HostOptions } from '../../main/hosts/host.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { type DriverOrder, type DriverReport, driverReport } from './host-driver.ts'
import { type Mark, markedProcesses, newMark, type RunningProcess } from './marked-processes.ts'

/** A program that runs a host behind stdin and stdout, up to its last argument, the host's options as JSON. */
export type DriverCommand = {
  readonly program: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** A host that runs in a process of its own. */
export type DrivenHost = {
  readonly pid: number
  readonly name: string
  readonly version: string
  /** Everything reported so far, oldest first. */
  readonly reports: readonly DriverReport[]
  /** The first report at or after this place that fits; rejects after the deadline, saying what came instead. */
  waitFor(what: string, fits: (report: DriverReport) => boolean, from?: number): Promise<number>
  /** Runs code in the page and gives its value, as JSON; the test page of `page-server.ts` obeys. */
  run(code: string): Promise<unknown>
  order(order: DriverOrder): void
  screenshot(): Promise<Buffer>
  /** The browser's processes of one type, such as `renderer` or `gpu-process`. */
  processes(type: string): readonly RunningProcess[]
  readonly mark: Mark
  /** Stops the host; resolves when its process has ended. */
  stop(): Promise<void>
}

const deadlineMs = 60_000

/** Starts a driver on a display and waits until its page has said hello. */
export async function startDrivenHost(
  command: DriverCommand,
  options: HostOptions,
  display: string | undefined,
): Promise<DrivenHost> {
  const mark = newMark()
  const { DISPLAY: _ours, ...inherited } = process.env
  const env = {
    ...inherited,
    ...command.environment,
    ...mark.environment,
    ...(display === undefined ? {} : { DISPLAY: display }),
  }
  const args = [...command.args, JSON.stringify(options)]
  const child = spawn(command.program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const reports: DriverReport[] = []
  const listeners = new Set<() => void>()
  const said = collectLines(child)
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{"report"')) return
    reports.push(driverReport.parse(JSON.parse(line)))
    for (const listener of listeners) listener()
  })
  const order = (told: DriverOrder) => void child.stdin.write(`${JSON.stringify(told)}\n`)

  function waitFor(what: string, fits: (report: DriverReport) => boolean, from = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        listeners.delete(look)
        child.off('exit', ended)
        settle()
      }
      const fail = (why: string) => {
        const came = JSON.stringify(reports.slice(from)).slice(0, 2000)
        finish(() => reject(new Error(`${what}: ${why}; came instead: ${came}; said: ${said.join('\n')}`)))
      }
      const look = () => {
        const found = reports.findIndex((report, index) => index >= from && fits(report))
        if (found >= 0) finish(() => resolve(found))
      }
      const ended = (code: unknown, signal: unknown) => fail(`the driver ended (${code} ${signal})`)
      const timer = setTimeout(() => fail(`not within ${deadlineMs / 1000} s`), deadlineMs)
      listeners.add(look)
      child.once('exit', ended)
      look()
    })
  }

  const started = await waitFor('the host starts', ({ report }) => report === 'started')
  const first = reports[started]
  await waitFor('the page says hello', isMessage('hello'))
  return {
    pid: child.pid ?? 0,
    name: first?.report === 'started' ? first.name : '',
    version: first?.report === 'started' ? first.version : '',
    reports,
    waitFor,
    order,
    async run(code) {
      const id = randomUUID()
      const from = reports.length
      order({ order: 'send', message: pageRuns(code, id) })
      const isAnswer = (report: DriverReport) => spokenBy(report)?.answers === id
      return spokenBy(reports[await waitFor(`the page answers ${code}`, isAnswer, from)])?.value
    },
    async screenshot() {
      const from = reports.length
      order({ order: 'screenshot' })
      const taken = reports[await waitFor('a screenshot', ({ report }) => report === 'screenshot', from)]
      return Buffer.from(taken?.report === 'screenshot' ? taken.png : '', 'base64')
    },
    processes: (type) =>
      markedProcesses(mark).filter(
        ({ commandLine }) => commandLine.includes(`--type=${type} `) && !commandLine.includes('--extension-process'),
      ),
    mark,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      order({ order: 'stop' })
      await ended
    },
  }
}

/** Fits a page's message of one kind. */
export const isMessage = (kind: string) => (report: DriverReport) => messageOf(report)?.kind === kind

function messageOf(report: DriverReport | undefined): { kind?: unknown; reason?: unknown } | undefined {
  const message = report?.report === 'message' ? report.message : undefined
  return typeof message === 'object' && message !== null ? message : undefined
}

/** What the test page says of itself, which it puts into the reason of a slate. */
function spokenBy(report: DriverReport | undefined): { answers?: string; value?: unknown } | undefined {
  const message = messageOf(report)
  return message?.kind === 'slate' && typeof message.reason === 'string' ? JSON.parse(message.reason) : undefined
}

/** The wire has no word for "run this", so the test page takes a player's name for it. */
export const pageRuns = (code: string, id = 'unanswered'): ToScreen => ({
  kind: 'programme',
  programme: { id, lanes: [], slateReason: null },
  mayFinish: [],
  cutIn: null,
  resume: null,
  playerName: code,
  languages: [],
})

/** The last lines of a driver's complaints, for the message of a failure. */
function collectLines(child: ChildProcess): string[] {
  const lines: string[] = []
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.includes('dbus') && !line.includes('bus.cc')) lines.push(line)
      if (lines.length > 10) lines.shift()
    })
  }
  return lines
}
