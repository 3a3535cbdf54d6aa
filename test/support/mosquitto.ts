import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real mosquitto in its own process, with its own folder. */
export type Mosquitto = {
  /** `mqtt://127.0.0.1:…`; stays the same over a restart. */
  readonly url: string
  readonly port: number
  /** What it has logged so far, one line each. */
  readonly log: readonly string[]
  /** Power cut: SIGKILL, nothing is saved. The folder stays, so that `start` can bring it back. */
  kill(): Promise<void>
  /** Orderly end of the process (SIGTERM: it saves its state). The folder stays. */
  halt(): Promise<void>
  /** Runs again on the same port and with the same folder, after `kill` or `halt`. */
  start(): Promise<void>
  /** Holds the process still: connections stay open and nothing is answered. `resume` lets it go on. */
  freeze(): void
  resume(): void
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>
}

export type MosquittoOptions = {
  /** User names with their passwords; anonymous access is refused if there are any. */
  readonly users?: Readonly<Record<string, string>>
  /** Lines for the configuration file, as in mosquitto.conf(5). */
  readonly lines?: readonly string[]
}

const startDeadlineMs = 15_000

/** Starts a broker on a free port of 127.0.0.1 and resolves when it answers. Needs mosquitto 2. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-mosquitto-'))
  const log: string[] = []
  let port = await freePort()
  await configure(folder, port, options)
  let running = await run(folder, log).catch(async () => {
    port = await freePort() // somebody else may have taken the first one in between
    await configure(folder, port, options)
    return run(folder, log)
  })
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    log,
    kill: () => running.end('SIGKILL'),
    halt: () => running.end('SIGTERM'),
    start: async () => {
      running = await run(folder, log)
    },
    freeze: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    stop: async () => {
      running.signal('SIGCONT')
      await running.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Running = { end(signal: NodeJS.Signals): Promise<void>; signal(signal: NodeJS.Signals): void }

async function run(folder: string, log: string[]): Promise<Running> {
  const child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'], env })
  const orphaned = () => child.kill('SIGKILL') // a test that throws must not leave a broker behind
  process.once('exit', orphaned)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  }).finally(() => process.off('exit', orphaned))
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`mosquitto did not start: ${log.join('\n')}`))
    }, startDeadlineMs)
    const settle = (done: () => void) => () => {
      clearTimeout(timer)
      done()
    }
    child.once('error', (cause) =>
      settle(() => reject(new Error('mosquitto did not start; install the package mosquitto', { cause })))(),
    )
    child.once(
      'close',
      settle(() => reject(new Error(`mosquitto ended: ${log.join('\n')}`))),
    )
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line)
      if (/mosquitto version \S+ running/.test(line)) settle(resolve)()
    })
  })
  return {
    signal: (signal) => void child.kill(signal),
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

async function configure(folder: string, port: number, options: MosquittoOptions): Promise<void> {
  const users = Object.entries(options.users ?? {})
  const passwords = join(folder, 'passwords')
  if (users.length > 0) {
    await writeFile(passwords, users.map(([user, password]) => `${user}:${password}\n`).join(''), { mode: 0o600 })
    execFileSync('mosquitto_passwd', ['-U', passwords], { env })
  }
  const lines = [
    `listener ${port} 127.0.0.1`,
    `allow_anonymous ${users.length === 0}`,
    ...(users.length > 0 ? [`password_file ${passwords}`] : []),
    'persistence true',
    `persistence_location ${folder}/`,
    `user ${userInfo().username}`, // as root it would become "mosquitto", who may not write to this folder
    'log_dest stderr',
    'log_type all',
    ...(options.lines ?? []),
  ]
  await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`)
}

/** Debian puts mosquitto where only root's search path looks. */
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` }

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
