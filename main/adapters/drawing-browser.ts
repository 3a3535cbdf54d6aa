import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Page } from 'puppeteer-core'
import { findChromium } from '../hosts/chromium-binary.ts'

export type { Page }

/** A browser that draws pictures for operators; `folder` is its own, and goes with it. */
export type DrawingBrowser = {
  readonly folder: string
  /** Gives a fresh page, and closes it when `use` is done. */
  withPage<T>(use: (page: Page) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

/** Starts the installed Chromium or Chrome without a window, and without a way out of this machine. Rejects if there is none. */
export async function startDrawingBrowser(): Promise<DrawingBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-draw-'))
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await puppeteer
    .launch({
      executablePath: findChromium(process.env, process.platform),
      pipe: true,
      userDataDir: join(folder, 'profile'),
      args: [
        ...asRoot,
        '--disable-background-networking',
        '--no-first-run',
        '--host-resolver-rules=MAP * ~NOTFOUND',
        '--mute-audio',
        '--autoplay-policy=no-user-gesture-required',
        '--allow-file-access-from-files', // the fonts of this package; nothing else is opened
      ],
    })
    .catch(async (error: unknown) => {
      await removeFolder()
      throw error
    })
  return {
    folder,
    withPage: async (use) => {
      const page = await browser.newPage()
      try {
        return await use(page)
      } finally {
        await page.close()
      }
    },
    stop: async () => {
      await browser.close()
      await removeFolder()
    },
  }
}
