import type { Page } from 'puppeteer-core'

/** A text on the page that cannot be read well. */
export type FaintText = { readonly text: string; readonly ratio: number; readonly colours: string }

/**
 * All visible texts whose contrast with what lies behind them is below `least`, by the formula of WCAG 2.2 (relative luminance,
 * contrast ratio); 7 is its level AAA, which is what a phone in the sun needs. Opacity counts.
 */
export const faintTexts = (page: Page, least: number): Promise<FaintText[]> =>
  page.evaluate((ratioWanted) => {
    type Colour = readonly [number, number, number, number]
    const parse = (text: string): Colour => {
      const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
      return [r, g, b, a]
    }
    const over = ([r, g, b, a]: Colour, [br, bg, bb]: Colour): Colour => [
      r * a + br * (1 - a),
      g * a + bg * (1 - a),
      b * a + bb * (1 - a),
      1,
    ]
    const behind = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1]
      const own = parse(getComputedStyle(element).backgroundColor)
      return own[3] === 1 ? own : over(own, behind(element.parentElement))
    }
    const opacity = (element: Element | null): number =>
      element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1
    const linear = (value: number) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
    const luminance = ([r, g, b]: Colour) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const faint: FaintText[] = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement } = node
      const text = node.textContent?.trim() ?? ''
      if (!parentElement || text === '' || !parentElement.checkVisibility()) continue
      const back = behind(parentElement)
      const [r, g, b, a] = parse(getComputedStyle(parentElement).color)
      const front = over([r, g, b, a * opacity(parentElement)], back)
      const [dark = 0, light = 0] = [luminance(front), luminance(back)].sort((one, other) => one - other)
      const ratio = (light + 0.05) / (dark + 0.05)
      if (ratio < ratioWanted) faint.push({ text, ratio, colours: `${front} on ${back}` })
    }
    return faint
  }, least)
