import { app } from 'electron'
import { setElectronSwitches } from './hosts/electron-switches.ts'
import { restartExitCode } from './restart.ts'

// The entry of the Electron program. What must be set before Electron is ready is set first; the rest is loaded while
// the browser comes up.
setElectronSwitches()
// Without a listener Electron draws a dialog, on the wall. Whoever watches over the player starts it again.
process.on('uncaughtException', (error) => {
  process.stderr.write(`plazacast: ${error.stack ?? error.message}\n`)
  app.exit(restartExitCode)
})
const { runElectronPlayer } = await import('./electron-player.ts')
// Not awaited: Electron becomes ready only after this file has run to its end.
void runElectronPlayer().catch((error: unknown) => {
  process.stderr.write(`plazacast: ${error instanceof Error ? error.message : String(error)}\n`)
  app.exit(1)
})
