import { app } from 'electron'
import { runElectronPlayer } from './electron-player.ts'
import { setElectronSwitches } from './hosts/electron-switches.ts'
import { restartExitCode } from './restart.ts'

// The entry of the Electron program, bundled as CommonJS: Electron begins when this file has run to its end. Of a module it
// would only see those settings that happen to be made in time.
setElectronSwitches()
// Without a listener Electron draws a dialog, on the wall. Whoever watches over the player starts it again.
process.on('uncaughtException', (error) => {
  process.stderr.write(`plazacast: ${error.stack ?? error.message}\n`)
  app.exit(restartExitCode)
})
void runElectronPlayer().catch((error: unknown) => {
  process.stderr.write(`plazacast: ${error instanceof Error ? error.message : String(error)}\n`)
  app.exit(1)
})
