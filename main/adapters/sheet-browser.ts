import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Page, startDrawingBrowser } from './drawing-browser.ts'

/** What a contact sheet is made of: one file, with the text to stand above its frames. */
export type SheetRequest = {
  /** Absolute path of the film or photo. */
  readonly path: string
  /** How it is called where it is served; its ending tells the browser what it is. */
  readonly servedName: string
  readonly isFilm: boolean
  readonly lines: readonly string[]
  /** Seconds into the film at which it is shown, with the text below each. */
  readonly frames: readonly { readonly atSeconds: number; readonly text: string }[]
}

/** A browser that draws contact sheets: the same kind of decoder that draws the wall. */
export type SheetBrowser = {
  /** The sheet as a JPEG. Rejects in a sentence if the file cannot be shown. */
  draw(request: SheetRequest): Promise<Uint8Array>
  stop(): Promise<void>
}

const drawingMs = 60_000
const sheetWidth = 1296

/** Starts the installed Chromium or Chrome for contact sheets. Rejects if there is none. */
export async function startSheetBrowser(): Promise<SheetBrowser> {
  const browser = await startDrawingBrowser()
  return { draw: (request) => browser.withPage((page) => drawOn(page, browser.folder, request)), stop: browser.stop }
}

async function drawOn(page: Page, folder: string, request: SheetRequest): Promise<Uint8Array> {
  const media = join(folder, request.servedName)
  await symlink(request.path, media)
  const sheet = join(folder, 'sheet.html')
  await writeFile(sheet, pageText)
  await page.setViewport({ width: sheetWidth, height: 400 })
  await page.goto(pathToFileURL(sheet).href)
  const { isFilm, lines, frames } = request
  const draw = page.evaluate(
    `window.draw(${JSON.stringify({ src: pathToFileURL(media).href, isFilm, lines, frames })})`,
  )
  draw.catch(() => {}) // told by the race below
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the browser took longer than a minute')), drawingMs)
  })
  try {
    await Promise.race([draw, tooLong])
  } finally {
    clearTimeout(timer)
    await rm(media, { force: true })
  }
  // Measured and made as high as it is: `fullPage` has been seen to cut off what was drawn a moment ago.
  const height = Number(await page.evaluate('Math.ceil(document.documentElement.getBoundingClientRect().height)'))
  await page.setViewport({ width: sheetWidth, height: Math.min(Math.max(height, 100), 16_000) })
  return page.screenshot({ type: 'jpeg', quality: 88 })
}

/** Frames are drawn onto canvases as they are decoded; the picture of the page is the sheet. */
const pageText = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;padding:16px;background:#16181d;color:#f2f2f2;font:15px/1.45 "Noto Sans","Noto Sans CJK SC",system-ui,sans-serif;width:1264px}
p{margin:0 0 2px;overflow-wrap:anywhere}p:first-child{font-size:19px;font-weight:600}
main{display:flex;flex-wrap:wrap;gap:12px 16px;margin-top:14px}figure{margin:0}
figcaption{font-variant-numeric:tabular-nums;color:#b9bec8}canvas{display:block;background:#000}
</style><header></header><main></main><script>
const failed = (what) => new Error('the browser cannot show it' + (what ? ': ' + what : ''))
function canvasFor(width, height, share, text) {
  const scale = Math.min(share / width, 640 / height)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  caption.textContent = text
  figure.append(canvas, caption)
  document.querySelector('main').append(figure)
  return canvas
}
async function photo(src) {
  const image = new Image()
  await new Promise((resolve, reject) => { image.onload = resolve; image.onerror = () => reject(failed()); image.src = src })
  await image.decode()
  const canvas = canvasFor(image.naturalWidth, image.naturalHeight, 1264, '')
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
}
async function film(src, frames) {
  const video = document.createElement('video')
  video.muted = true
  video.preload = 'auto'
  const broken = new Promise((_, reject) => { video.onerror = () => reject(failed(video.error && video.error.message)) })
  broken.catch(() => {})
  const once = (name) => Promise.race([broken, new Promise((resolve) => video.addEventListener(name, resolve, { once: true }))])
  video.src = src
  await once('loadeddata')
  for (const { atSeconds, text } of frames) {
    const presented = new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    video.currentTime = Math.min(atSeconds, Math.max(0, video.duration - 0.01))
    await once('seeked')
    await Promise.race([presented, new Promise((resolve) => setTimeout(resolve, 500))])
    const canvas = canvasFor(video.videoWidth, video.videoHeight, 304, text)
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height)
  }
}
window.draw = async ({ src, isFilm, lines, frames }) => {
  document.querySelector('header').replaceChildren(...lines.map((line) => { const p = document.createElement('p'); p.textContent = line; return p }))
  await (isFilm ? film(src, frames) : photo(src))
}
</script>`
