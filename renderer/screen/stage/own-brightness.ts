/** So small that single pixels do not count. */
const width = 32
const height = 18

/**
 * How bright the brightest part of the film or photo in front is by itself, from 0 (all black) to 255, whatever becomes of it on
 * its way to the display; null when none is in front. Drawn small, and only when somebody asks.
 */
export function ownBrightness(wall: ParentNode): number | null {
  const media = [...wall.querySelectorAll('.deck')].filter(isSeen).flatMap(heldBy)
  return media.length === 0 ? null : Math.max(...media.map(brightestOf))
}

const isSeen = (deck: Element): boolean =>
  deck instanceof HTMLElement && (deck.dataset.place === 'front' || deck.dataset.place === 'over')

function heldBy(deck: Element): (HTMLVideoElement | HTMLImageElement)[] {
  const held = deck instanceof HTMLElement && deck.dataset.held === 'image' ? 'img' : 'video'
  const element = deck.querySelector(held)
  return element instanceof HTMLVideoElement || element instanceof HTMLImageElement ? [element] : []
}

function brightestOf(media: CanvasImageSource): number {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) return 0
  context.drawImage(media, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  let brightest = 0
  for (let at = 0; at < data.length; at += 4)
    brightest = Math.max(brightest, data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
  return brightest
}
