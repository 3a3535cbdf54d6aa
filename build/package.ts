// Makes an unpacked package of the Electron program: `npm run dist:dir`. ELECTRON_OVERRIDE_DIST_PATH names an Electron that
// is already there; otherwise electron-builder fetches the one package.json asks for.
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundleMain } from './bundle-main.ts'
import { bundleScreen } from './bundle-screen.ts'

const root = join(import.meta.dirname, '..')

/** Packs the program and gives the package's folder; throws with electron-builder's complaint when that fails. */
export async function packageDir(output = join(root, 'build/out/dist')): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-package-'))
  try {
    // Outside the checkout, so that nothing of it is packed but what is laid there.
    const app = await bundleMain(join(folder, 'app'))
    await bundleScreen(join(app, 'screen'))
    const electron = await electronAtHand(join(folder, 'electron'))
    const program = join(dirname(createRequire(import.meta.url).resolve('electron-builder/package.json')), 'cli.js')
    const place = [
      '--projectDir',
      app,
      '--config',
      join(root, 'electron-builder.yml'),
      `-c.directories.output=${output}`,
    ]
    const args = [program, '--dir', '--publish', 'never', ...place, ...electron]
    const run = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`electron-builder failed:\n${run.stdout}\n${run.stderr}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return join(output, unpackedFolders[process.platform] ?? 'linux-unpacked')
}

const unpackedFolders: Partial<Record<NodeJS.Platform, string>> = { win32: 'win-unpacked', darwin: 'mac' }

/** The Electron to pack: a copy of the one at hand, without whatever app was put into it. */
async function electronAtHand(folder: string): Promise<readonly string[]> {
  const there = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (!there) return [`-c.electronVersion=${await wantedVersion()}`]
  await cp(there, folder, { recursive: true, verbatimSymlinks: true })
  for (const app of ['app', 'app.asar', 'default_app.asar']) {
    await rm(join(folder, 'resources', app), { recursive: true, force: true })
  }
  const version = (await readFile(join(there, 'version'), 'utf8')).trim().replace(/^v/, '')
  return [`-c.electronDist=${folder}`, `-c.electronVersion=${version}`]
}

async function wantedVersion(): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return devDependencies.electron
}

if (process.argv[1] === import.meta.filename) {
  console.log(`the package is in ${await packageDir()}`)
}
