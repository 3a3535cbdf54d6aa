// A program of the tests: the Electron host behind stdin and stdout. Bundled before it runs, see electron.ts beside it.
import { app } from 'electron'
import { startElectronHost } from '../../main/hosts/electron-host.ts'
import { setElectronSwitches } from '../../main/hosts/electron-switches.ts'
import { driveHost, driverOptions } from './host-driver.ts'

setElectronSwitches()
const options = driverOptions(process.argv.at(-1))
app.setPath('userData', options.profileDir)
void driveHost(startElectronHost, options, () => app.exit(0)).catch((error: unknown) => {
  console.error(error)
  app.exit(1)
})
