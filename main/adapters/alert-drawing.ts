import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AlertText } from '../../shared/alert/pages.ts'
import { startDrawingBrowser } from './drawing-browser.ts'

export type WallSize = { readonly width: number; readonly height: number }

/** The pages of one text as PNGs, in order. */
export type DrawnAlert = { readonly text: AlertText; readonly pages: readonly Uint8Array[] }

/** More than a passer-by will wait for: the message has to be shortened. */
const mostPages = 12

/**
 * Draws the texts of an alert as large as the wall's shape lets them be. What would come out smaller than a thirteenth of the
 * wall's short side goes on a page of its own, and is split between sentences, or words. Rejects if that takes too many pages.
 */
export async function drawAlert(texts: readonly AlertText[], { width, height }: WallSize): Promise<DrawnAlert[]> {
  const browser = await startDrawingBrowser()
  try {
    const file = join(browser.folder, 'alert.html')
    await writeFile(file, pageText)
    return await browser.withPage(async (page) => {
      await page.setViewport({ width, height })
      await page.goto(pathToFileURL(file).href)
      const drawn: DrawnAlert[] = []
      for (const text of texts) {
        const count = Number(await page.evaluate(`window.layOut(${JSON.stringify(text)})`))
        if (count > mostPages) throw new Error(`takes ${count} pages on ${width}x${height}: shorten it`)
        const pages: Uint8Array[] = []
        for (let index = 0; index < count; index++) {
          await page.evaluate(`window.drawPage(${index})`)
          pages.push(await page.screenshot({ type: 'png' }))
        }
        drawn.push({ text, pages })
      }
      return drawn
    })
  } finally {
    await browser.stop()
  }
}

const fontsOf = (name: string): string => import.meta.resolve(`@fontsource-variable/${name}/index.css`)

/** Lays out by measuring: a page fits if nothing overflows. Sizes are in pixels of the wall. */
const pageText = `<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="${fontsOf('noto-sans')}"><link rel="stylesheet" href="${fontsOf('noto-sans-sc')}">
<style>
*{box-sizing:border-box;margin:0}html,body{height:100%;overflow:hidden}
body{display:flex;flex-direction:column;font-family:"Noto Sans Variable","Noto Sans SC Variable","Noto Sans CJK SC",sans-serif;line-height:1.22}
#banner{background:#000;color:#ffd400;text-align:center;font-weight:800;letter-spacing:.2em}
main{flex:1;min-height:0;display:grid;align-content:center;overflow:hidden}
#content{display:grid;gap:.45em;align-items:center}
.wide #content{grid-template-columns:2fr 3fr;column-gap:1em}.wide #content.alone{grid-template-columns:1fr}
#head{display:grid;gap:.3em}p{text-wrap:pretty}.breaks p{overflow-wrap:anywhere}#lead{text-wrap:balance}:lang(zh) #lead,:lang(ja) #lead{text-wrap:pretty}
#label{display:flex;align-items:center;gap:.4em;font-weight:700;font-size:.62em;opacity:.95}
#label svg{height:1.15em;flex:none}
#lead{font-weight:800;font-size:1em;line-height:1.12}
#body{font-weight:600;font-size:.66em;white-space:pre-line}
#foot{font-weight:600;opacity:.95;overflow-wrap:anywhere}#foot span{display:inline-block}
</style>
<div id="banner"></div><main><div id="content"><div id="head"><p id="label"></p><p id="lead"></p></div><p id="body"></p></div></main><p id="foot"></p>
<script>
const short = Math.min(innerWidth, innerHeight)
const smallest = Math.max(14, short / 13)
/** On a ribbon what to do stands beside what is the matter. */
const wide = innerWidth > innerHeight * 3
document.body.classList.toggle('wide', wide)
const at = (id) => document.getElementById(id)
const triangle = '<svg viewBox="0 0 24 22"><path d="M12 1 23.5 21H.5Z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><path d="M12 8v6.5" stroke="currentColor" stroke-width="2.6"/><circle cx="12" cy="17.6" r="1.5" fill="currentColor"/></svg>'
let pages = []
function put({ label, lead, body }, size) {
  document.querySelector('main').style.fontSize = size + 'px'
  at('label').innerHTML = triangle
  at('label').append(label)
  at('lead').textContent = lead
  at('body').textContent = body
  at('lead').hidden = lead === ''
  at('body').hidden = body === ''
  at('content').classList.toggle('alone', lead === '' || body === '')
}
function fits(page, size) {
  put(page, size)
  const main = document.querySelector('main')
  const style = getComputedStyle(main)
  const high = main.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom)
  const broad = main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
  const { offsetHeight, offsetWidth, scrollWidth } = at('content')
  return offsetHeight <= high && Math.max(offsetWidth, scrollWidth) <= broad + 1
}
/** The largest size at which a page fits; its smaller text must not be smaller than what can be read. Words are broken only if nothing else helps. */
function sizeOf(page) {
  document.body.classList.remove('breaks')
  const whole = largest(page)
  if (whole !== undefined) return whole
  document.body.classList.add('breaks')
  return largest(page)
}
function largest(page) {
  const least = page.body === '' ? smallest : smallest / 0.66
  let low = least
  let high = innerHeight * 0.5
  if (!fits(page, low)) return undefined
  while (high - low > 0.5) {
    const middle = (low + high) / 2
    if (fits(page, middle)) low = middle
    else high = middle
  }
  return low
}
function split(text, label) {
  const parts = []
  let rest = text.trim()
  while (rest !== '') {
    const ends = [...rest.matchAll(/[.!?;]\\s+|[。！？；]|\\n+/g)].map((m) => m.index + m[0].length).concat(rest.length)
    const words = [...rest.matchAll(/\\s+/g)].map((m) => m.index)
    const fitting = (cut) => sizeOf({ label, lead: '', body: rest.slice(0, cut) }) !== undefined
    let cut = ends.filter(fitting).at(-1) ?? words.filter(fitting).at(-1)
    if (cut === undefined) {
      cut = rest.length
      while (cut > 1 && !fitting(cut)) cut = Math.floor(cut * 0.8)
    }
    parts.push(rest.slice(0, cut).trim())
    rest = rest.slice(cut).trim()
    if (parts.length > 50) break
  }
  return parts
}
window.layOut = async (text) => {
  await document.fonts.ready
  document.documentElement.lang = text.language
  document.documentElement.dir = text.direction
  document.body.style.background = text.colours.ground
  document.body.style.color = text.colours.text
  at('banner').textContent = text.banner ?? ''
  at('banner').style.fontSize = smallest + 'px'
  at('banner').hidden = text.banner === undefined
  const margin = short * 0.05
  document.querySelector('main').style.padding = margin + 'px ' + margin + 'px ' + margin / 2 + 'px'
  at('foot').style.padding = '0 ' + margin + 'px ' + margin * 0.7 + 'px'
  at('foot').style.fontSize = smallest * (wide ? 0.9 : 0.72) + 'px'
  at('foot').replaceChildren(...text.foot.flatMap((part, index) => {
    const span = document.createElement('span')
    span.textContent = part
    return index === 0 ? [span] : [' · ', span]
  }))
  put({ label: text.label, lead: text.lead, body: text.body }, smallest)
  // Asking for every glyph loads the subsets of the fonts before anything is measured.
  await Promise.all([400, 600, 700, 800].flatMap((weight) => ['Noto Sans Variable', 'Noto Sans SC Variable'].map((family) =>
    document.fonts.load(weight + ' 40px "' + family + '"', text.label + text.lead + text.body + text.foot.join('') + (text.banner ?? '')))))
  if (at('foot').getBoundingClientRect().height > innerHeight * 0.3) at('foot').style.display = '-webkit-box'
  const whole = { label: text.label, lead: text.lead, body: text.body }
  if (sizeOf(whole) !== undefined) pages = [whole]
  else {
    const leads = sizeOf({ ...whole, body: '' }) === undefined ? split(text.lead, text.label) : [text.lead]
    pages = [
      ...leads.map((lead) => ({ label: text.label, lead, body: '' })),
      ...split(text.body, text.label).map((body) => ({ label: text.label, lead: '', body })),
    ]
  }
  return pages.length
}
window.drawPage = async (index) => {
  put(pages[index], sizeOf(pages[index]) ?? smallest)
  await document.fonts.ready
}
</script>`
