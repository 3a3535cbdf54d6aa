import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer, { type Page } from 'puppeteer-core'
import { findChromium } from '../../main/hosts/chromium-binary.ts'

/** Common phones, small and large: CSS pixels, and device pixels for each. */
export const phones = {
  small: { width: 360, height: 640, deviceScaleFactor: 2 },
  large: { width: 390, height: 844, deviceScaleFactor: 3 },
} as const

/** A phone: a page of a real Chromium that may be touched. */
export type Phone = {
  readonly page: Page
  /** What the page wrote to its console as warning or error, and what it asked for that failed. */
  readonly complaints: readonly string[]
  /** All that can be read on it. */
  text(): Promise<string>
  sees(text: string): Promise<void>
  stop(): Promise<void>
}

/**
 * The glyphs that every phone has and a bare machine lacks. Pictures for people need them; the page's own rules, which let no font
 * in, are set aside for that.
 */
export async function lendGlyphs({ page }: Phone): Promise<void> {
  const css = ['noto-sans', 'noto-sans-sc'].map(fontIn).join('\n')
  await page.setBypassCSP(true)
  await page.reload()
  await page.addStyleTag({
    content: `${css} body { font-family: 'Noto Sans Variable', 'Noto Sans SC Variable', sans-serif }`,
  })
  await page.evaluate(() => document.fonts.ready)
}

/** The rules of an installed font with its files in them. */
function fontIn(name: string): string {
  const index = fileURLToPath(import.meta.resolve(`@fontsource-variable/${name}/index.css`))
  return readFileSync(index, 'utf8').replaceAll(/url\(\.?\/?(files\/[^)]+)\)/g, (_whole, file: string) => {
    return `url(data:font/woff2;base64,${readFileSync(join(dirname(index), file)).toString('base64')})`
  })
}

export async function openPhone(url: string, languages: string, size: keyof typeof phones = 'small'): Promise<Phone> {
  const browser = await puppeteer.launch({
    executablePath: findChromium(process.env, process.platform),
    args: ['--no-sandbox', '--no-first-run', '--hide-scrollbars', `--lang=${languages}`, `--accept-lang=${languages}`],
    acceptInsecureCerts: true,
  })
  const [page = await browser.newPage()] = await browser.pages()
  await page.setViewport({ ...phones[size], isMobile: true, hasTouch: true })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  // A number and its unit are kept on one line.
  const text = () => page.evaluate(() => document.body.innerText.replaceAll('\u00a0', ' '))
  return {
    page,
    complaints,
    text,
    async sees(wanted) {
      await page.waitForFunction(
        (part) => document.body.innerText.replaceAll('\u00a0', ' ').includes(part),
        { timeout: 20_000, polling: 50 },
        wanted,
      )
    },
    stop: () => browser.close(),
  }
}
