// A program of the tests: the Chromium host behind stdin and stdout.
import { startChromiumHost } from '../../main/hosts/chromium-host.ts'
import { driveHost, driverOptions } from './host-driver.ts'

await driveHost(startChromiumHost, driverOptions(process.argv[2]), () => process.exit(0))
