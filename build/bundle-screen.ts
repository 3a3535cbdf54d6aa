import { access, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { bundleTechnician } from './bundle-technician.ts'

const root = join(import.meta.dirname, '..')
const from = join(root, 'renderer/screen')
const styles = ['screen.css', 'lower-third.css']
const fonts = [
  { family: 'noto-sans', style: 'wght.css' },
  { family: 'noto-sans-sc', style: 'wght.css' },
]

/** Bundles the wall's page: index.html, scripts, style, fonts and slate, all with addresses below the page's own. */
export async function bundleScreen(into = join(root, 'build/out/screen')): Promise<string> {
  await rm(into, { recursive: true, force: true })
  await mkdir(join(into, 'fonts'), { recursive: true })
  const slate = await readSlate()
  await Promise.all([
    bundleScripts(into),
    writePage(into, slate.html),
    writeStyle(into, slate.css),
    copyFile(join(from, 'stage/warm-up.mp4'), join(into, 'warm-up.mp4')),
    bundleTechnician(join(into, 'technician'), [withoutLocales]),
  ])
  return into
}

async function bundleScripts(into: string): Promise<void> {
  await build({
    entryPoints: {
      screen: join(from, 'screen.ts'),
      remux: join(from, 'media/remux-worker.ts'),
      'hls-worker': 'hls.js/dist/hls.worker.js',
    },
    outdir: into,
    bundle: true,
    format: 'iife',
    target: 'chrome130',
    minify: true,
    legalComments: 'none',
    plugins: [withoutLocales],
    logLevel: 'warning',
  })
}

/** zod brings its messages in fifty languages, half of the page's script; the page needs none of them. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup: (build) => build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {}' })),
}

async function writePage(into: string, slate: string): Promise<void> {
  const page = await readFile(join(from, 'index.html'), 'utf8')
  await writeFile(
    join(into, 'index.html'),
    page.replace('<!-- slate -->', () => slate),
  )
}

async function writeStyle(into: string, slate: string): Promise<void> {
  const own = await Promise.all(styles.map((file) => readFile(join(from, file), 'utf8')))
  const faces = await Promise.all(fonts.map((font) => copyFont(font.family, font.style, into)))
  await writeFile(join(into, 'screen.css'), [...own, slate, ...faces].join('\n'))
}

/** Copies a family's files and gives back its style: one face for each range of characters, loaded when one is drawn. */
async function copyFont(family: string, style: string, into: string): Promise<string> {
  const home = join(root, 'node_modules/@fontsource-variable', family)
  const css = await readFile(join(home, style), 'utf8')
  const files = [...css.matchAll(/url\(\.\/files\/([^)]+)\)/g)].map(([, file = '']) => file)
  await Promise.all(files.map((file) => copyFile(join(home, 'files', file), join(into, 'fonts', file))))
  return css.replaceAll('url(./files/', 'url(fonts/')
}

async function readSlate(): Promise<{ html: string; css: string }> {
  const home = join(root, 'assets/slate')
  const read = async (file: string) => readFile(join(home, file), 'utf8')
  const designed = (await readdir(home).catch((): string[] => [])).includes('slate.html')
  if (designed) return { html: await read('slate.html'), css: await read('slate.css') }
  return { html: plainSlate, css: plainSlateStyle }
}

const plainSlate = '<div class="slate"><p class="slate-name"></p></div>'
const plainSlateStyle = `.slate { background: linear-gradient(160deg, #10243e, #3a1c4a); }
.slate-name { position: absolute; right: 2vmin; bottom: 1vmin; color: #ffffff66; font: 1.6vmin 'Noto Sans Variable', sans-serif; }`

if (process.argv[1] === import.meta.filename) {
  const into = await bundleScreen()
  await access(join(into, 'screen.js'))
  console.log(`the wall's page is in ${into}`)
}
