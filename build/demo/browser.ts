import { build } from 'esbuild'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'

const flags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--force-color-profile=srgb',
]

/** A page of a headless Chromium with the scenes and the fonts in it; `close` ends the browser. */
export type Easel = { readonly page: Page; readonly close: () => Promise<void> }

/**
 * Bundles the scenes and the Noto fonts and opens them in a headless Chromium. `CHROMIUM` names another binary than
 * /usr/bin/chromium. Fails if there is none or if a scene does not compile.
 */
export const openEasel = async (): Promise<Easel> => {
  const entry = new URL('scenes/gallery.ts', import.meta.url).pathname
  const [script, style] = await Promise.all([bundle({ entryPoints: [entry] }), bundle(fontSheet())])
  const browser = await launch()
  const page = await browser.newPage()
  page.on('console', (message) => console.log(`  scene: ${message.text()}`))
  await page.addStyleTag({ content: style })
  await page.addScriptTag({ content: script })
  return { page, close: () => browser.close() }
}

const launch = (): Promise<Browser> =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    pipe: true,
    args: flags,
    protocolTimeout: 600_000,
  })

const fontSheet = () => ({
  stdin: {
    contents:
      '@import "@fontsource-variable/noto-sans-sc/index.css"; @import "@fontsource-variable/noto-sans/index.css";',
    loader: 'css' as const,
    resolveDir: new URL('.', import.meta.url).pathname,
  },
})

const bundle = async (input: Parameters<typeof build>[0]): Promise<string> => {
  const output = await build({
    ...input,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome120',
    loader: { '.woff2': 'dataurl' },
  })
  const [file] = output.outputFiles ?? []
  if (file === undefined) throw new Error('esbuild returned nothing')
  return file.text
}
