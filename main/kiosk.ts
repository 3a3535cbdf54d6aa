import { spawn } from 'node:child_process'
import type { Command } from './adapters/command-line.ts'
import { electronBinary } from './adapters/electron-binary.ts'
import { supervisedVariable, supervisorPipe } from './adapters/supervised.ts'
import { startChromiumHost } from './hosts/chromium-host.ts'
import { type PlayerFlags, playerOptions, readPlayerStart } from './player-options.ts'
import { programFiles } from './program-files.ts'
import { isSupervised, restartExitCode } from './restart.ts'
import { runPlayer } from './run-player.ts'

/** `plazacast player`: runs a wall under Electron if it is here, else in an installed Chromium or Chrome. */
export function playerCommand(): Command {
  return playerOptions().action(async (flags: PlayerFlags) => {
    if (flags.supervised && !isSupervised(process.env)) return (await import('./supervisor.ts')).supervise()
    const start = readPlayerStart(flags)
    const files = programFiles()
    const { host } = start.read.configuration
    const electron = host === 'chromium' ? undefined : await electronBinary(false, say)
    if (electron?.kind === 'found')
      return runInElectron(electron.path, files.electronAppDir, start.read.configuration.headless)
    if (host === 'electron') {
      say(`Electron was asked for, but ${electron?.reason}. Fetch it with: npx install-electron`)
      process.exitCode = 1
      return
    }
    const running = await runPlayer({
      ...start,
      startHost: startChromiumHost,
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
function runInElectron(path: string, appDir: string, headless: boolean): void {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const switches = [...(isRoot ? ['--no-sandbox'] : []), ...(headless ? ['--ozone-platform=headless'] : [])]
  const child = spawn(path, [...switches, appDir, ...argumentsOf(process.argv)], {
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
