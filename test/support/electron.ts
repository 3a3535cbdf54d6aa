import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleElectronProgram, bundlePreload } from '../../build/bundle-main.ts'
import { electronBinary } from '../../main/adapters/electron-binary.ts'

const root = join(import.meta.dirname, '../..')

/** Electron's program if it is here; nothing is downloaded for a test. */
export async function installedElectron(): Promise<string | undefined> {
  const binary = await electronBinary(false, () => {})
  return binary.kind === 'found' ? binary.path : undefined
}

/** What any Electron or Chromium needs before its own arguments when the tests run as root. */
export const sandboxFlags: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : []

/** Bundles the Electron driver into a folder and gives that folder: an app that Electron can run. */
export async function bundleElectronDriver(into: string): Promise<string> {
  await mkdir(into, { recursive: true })
  await bundleElectronProgram(join(root, 'test/support/electron-driver.ts'), join(into, 'driver.cjs'))
  await bundlePreload(into)
  await writeFile(join(into, 'package.json'), JSON.stringify({ name: 'driver', type: 'module', main: 'driver.cjs' }))
  return into
}
