import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/**
 * Bundles the Electron program with everything it needs but Electron itself: package.json, main.cjs,
 * preload.cjs and SQLite's addon. ELECTRON_SQLITE_ADDON names an addon built for an Electron that is too old for the one
 * better-sqlite3 brings along (Node-API 10: Electron 36).
 */
export async function bundleMain(into = join(root, 'build/out/app')): Promise<string> {
  await rm(into, { recursive: true, force: true })
  await mkdir(into, { recursive: true })
  await Promise.all([
    bundleElectronProgram(join(root, 'main/electron.ts'), join(into, 'main.cjs')),
    bundlePreload(into),
    copySqliteAddon(into),
    writeManifest(into),
  ])
  return into
}

/** Bundles the player that runs under Node and drives an installed browser: from its sources it takes half a second longer to start. */
export async function bundleKiosk(into = join(root, 'build/out/kiosk')): Promise<string> {
  await rm(into, { recursive: true, force: true })
  await mkdir(into, { recursive: true })
  await Promise.all([
    bundleProgram(into, { kiosk: join(root, 'main/kiosk-program.ts') }),
    copySqliteAddon(into, prebuiltAddon),
    writeManifest(into, 'kiosk.mjs'),
  ])
  return into
}

/** Bundles a program that runs in Node. */
export async function bundleProgram(into: string, entryPoints: Record<string, string>): Promise<void> {
  await build({
    entryPoints,
    outdir: into,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [sqliteAddonBesideBundle],
    // Bundled CommonJS packages ask for Node's own modules by require.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** Bundles a program that runs in Electron's main process, as CommonJS: Electron does not wait for what a module does first. */
export async function bundleElectronProgram(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['electron'],
    plugins: [sqliteAddonBesideBundle],
    define: { 'import.meta.dirname': '__dirname', 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** Bundles the preload script; a sandboxed one must be CommonJS. */
export async function bundlePreload(into: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'main/hosts/electron-preload.ts')],
    outfile: join(into, 'preload.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['electron'],
    logLevel: 'warning',
  })
}

/** Copies SQLite's addon beside a bundle. */
export async function copySqliteAddon(
  into: string,
  addon = process.env.ELECTRON_SQLITE_ADDON || prebuiltAddon,
): Promise<void> {
  await copyFile(addon, join(into, 'better_sqlite3.node'))
}
const prebuiltAddon = join(root, 'node_modules/better-sqlite3/prebuilds', `${process.platform}-${process.arch}.node`)

async function writeManifest(into: string, main = 'main.cjs'): Promise<void> {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const manifest = { name, productName: 'Plazacast', version, license, type: 'module', main }
  await writeFile(join(into, 'package.json'), JSON.stringify({ ...manifest, ...packagedAs }, undefined, 2))
}

/** What packages of Linux distributions and installers ask of a program. */
const packagedAs = { description: 'Digital signage for LED walls', author: 'Plazacast' }

/** better-sqlite3 looks for its addon around its own folder, which a bundle does not have. */
const sqliteAddonBesideBundle: Plugin = {
  name: 'sqlite-addon-beside-bundle',
  setup(bundle) {
    bundle.onLoad({ filter: /better-sqlite3[\\/]lib[\\/]binding\.js$/ }, () => ({
      contents: `exports.getBinding = () => require(${JSON.stringify('./better_sqlite3.node')})`,
      loader: 'js',
    }))
    bundle.onResolve({ filter: /^\.\/better_sqlite3\.node$/ }, ({ path }) => ({ path, external: true }))
  },
}

if (process.argv[1] === import.meta.filename) {
  console.log(`the Electron program is in ${await bundleMain()}`)
}
