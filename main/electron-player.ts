import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import { startElectronHost } from './hosts/electron-host.ts'
import { type PlayerFlags, playerOptions, readPlayerStart } from './player-options.ts'
import { isSupervised, restartExitCode } from './restart.ts'
import { runPlayer } from './run-player.ts'

/** Runs a wall in this Electron, as its command line says. Rejects when no window can be had. */
export async function runElectronPlayer(): Promise<void> {
  const command = playerOptions().exitOverride()
  command.parse(ownArguments(), { from: 'user' })
  const start = readPlayerStart(command.opts<PlayerFlags>())
  const { dataDir } = start.read.configuration
  app.setPath('userData', join(dataDir, 'browser'))
  // Two players in one data folder would show one wall's items twice and write one database.
  if (!app.requestSingleInstanceLock()) throw new Error(`a player already runs in ${dataDir}`)
  await app.whenReady()
  const running = await runPlayer({
    ...start,
    startHost: startElectronHost,
    version: app.getVersion(),
    screenDir: screenDir(),
    restart: isSupervised(process.env) ? () => void running.stop().finally(() => app.exit(restartExitCode)) : undefined,
  })
  endOnSignal(() => running.stop())
}

/** The page's files: inside the package, or beside the bundle in a checkout. */
function screenDir(): string {
  const inside = join(import.meta.dirname, 'screen')
  return existsSync(inside) ? inside : join(import.meta.dirname, '../screen')
}

/** What follows the program, and in a checkout the app's folder, without what is meant for the browser. */
function ownArguments(): readonly string[] {
  const isForBrowser = (argument: string) => /^--(no|enable|disable|use|ozone|force|ignore)-/.test(argument)
  const plain = process.argv.slice(1).filter((argument) => !isForBrowser(argument))
  return app.isPackaged ? plain : plain.slice(1)
}

/** Ends cleanly once; a second signal ends at once. */
function endOnSignal(stop: () => Promise<void>): void {
  let isEnding = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isEnding) app.exit(1)
      isEnding = true
      void stop().finally(() => app.exit(0))
    })
  }
}
