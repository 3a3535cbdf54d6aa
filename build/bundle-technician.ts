import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const from = join(root, 'renderer/health')

/** Bundles the technician's page: for phones, some of them old. */
export async function bundleTechnician(into: string, plugins: readonly Plugin[]): Promise<void> {
  await mkdir(into, { recursive: true })
  await Promise.all([
    build({
      entryPoints: [join(from, 'technician.ts'), join(from, 'technician.css')],
      outdir: into,
      bundle: true,
      format: 'iife',
      target: ['chrome103', 'safari16', 'firefox100'],
      minify: true,
      legalComments: 'none',
      plugins: [...plugins],
      logLevel: 'warning',
    }),
    copyFile(join(from, 'index.html'), join(into, 'index.html')),
    copyFile(join(root, 'assets/icons/plazacast.svg'), join(into, 'icon.svg')),
  ])
}
