import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Command } from './adapters/command-line.ts'
import { electronBinary } from './adapters/electron-binary.ts'
import { supervisedVariable, supervisorPipe } from './adapters/supervised.ts'
import type { Configuration } from './app/configuration.ts'
import { blackFrames } from './hosts/black-frames.ts'
import { type PlayerFlags, playerOptions, readPlayerStart } from './player-options.ts'
import { programFiles } from './program-files.ts'
import { isSupervised, restartExitCode } from './restart.ts'
import { supervise, wantsSupervisor } from './supervisor.ts'

/** `plazacast player`: runs a wall under Electron if it is here, else in an installed Chromium or Chrome. */
export function playerCommand(): Command {
  return playerOptions().action(async (flags: PlayerFlags) => {
    if (wantsSupervisor(argumentsOf(process.argv), process.env)) return supervise()
    const start = readPlayerStart(flags)
    const files = programFiles()
    const { host } = start.read.configuration
    const electron = host === 'chromium' ? undefined : await electronBinary(false, say)
    if (electron?.kind === 'found') return runInElectron(electron.path, files.electronAppDir, start.read.configuration)
    if (host === 'electron') {
      say(`Electron was asked for, but ${electron?.reason}. Fetch it with: npx install-electron`)
      process.exitCode = 1
      return
    }
    const { startBrowserEarly, startChromiumHost } = await import('./hosts/chromium-host.ts')
    const { dataDir, headless, size } = start.read.configuration
    const browser = startBrowserEarly({ profileDir: join(dataDir, 'browser'), headless, size })
    // Not before: this takes a while, and under Electron it would be for nothing.
    const { runPlayer } = await import('./run-player.ts')
    const running = await runPlayer({
      ...start,
      startHost: (options, listener) => startChromiumHost(options, listener, browser),
      ...files,
      restart: isSupervised(process.env)
        ? () => void running.stop().finally(() => process.exit(restartExitCode))
        : undefined,
    })
    endOnSignal(() => running.stop())
  })
}

const say = (line: string): void => void process.stderr.write(`plazacast: ${line}\n`)

/** What was said to this command, under its own program or as a part of `plazacast`. */
const argumentsOf = (argv: readonly string[]): readonly string[] => argv.slice(argv[2] === 'player' ? 3 : 2)

/** The same player as an Electron program; signals go on to it, and its exit code comes back. */
function runInElectron(path: string, appDir: string, { headless, dataDir }: Configuration): void {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const switches = [...(isRoot ? ['--no-sandbox'] : []), ...(headless ? ['--ozone-platform=headless'] : [])]
  const child = spawn(path, [...switches, appDir, ...argumentsOf(process.argv)], {
    env: { ...process.env, ...blackFrames(join(dataDir, 'gtk'), process.env) },
    // The line to a supervisor goes on to it.
    stdio: ['inherit', 'inherit', 'inherit', ...(supervisedVariable in process.env ? [supervisorPipe] : [])],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    say(`Electron could not be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** Ends cleanly once; a second signal ends at once. */
function endOnSignal(stop: () => Promise<void>): void {
  let ending = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(1)
      ending = true
      void stop().finally(() => process.exit(0))
    })
  }
}
