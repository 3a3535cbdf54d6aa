import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { blackFrames } from '../../main/hosts/black-frames.ts'
import { bundleElectronDriver, installedElectron, sandboxFlags } from '../support/electron.ts'
import { hostContract } from './host-contract.ts'

const electron = await installedElectron()

if (electron === undefined) {
  test('the Electron host', {
    skip: 'Electron is not installed: npx install-electron, or set ELECTRON_OVERRIDE_DIST_PATH',
  })
} else {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-electron-'))
  const app = bundleElectronDriver(folder)
  after(() => rm(folder, { recursive: true, force: true }))
  // As `plazacast player` gives it to Electron.
  const environment = blackFrames(join(folder, 'gtk'), process.env)
  hostContract(async () => ({ program: electron, args: [...sandboxFlags, await app], environment }), false)
}
