import type { Words } from '../../shared/technician/texts.ts'
import { element, setText } from './elements.ts'
import type { PageStore } from './store.ts'

const everyMs = 2500
const firstMs = 100

/** What the audience sees, again and again while somebody looks; each picture waits for the one before it. */
export function wallPicture(store: PageStore): { root: HTMLElement; draw(words: Words): void } {
  const none = element('p')
  const root = element('div', 'picture', none)
  let shown: HTMLImageElement | undefined
  let hasFailed = false
  let label = ''
  let count = 0

  function later(ms: number): void {
    setTimeout(ask, ms)
  }
  function ask(): void {
    const { silence, report } = store.getState()
    if (document.hidden || silence || !report) {
      later(report ? everyMs : firstMs)
      return
    }
    count += 1
    const coming = new Image()
    coming.onload = () => {
      put(coming)
      later(everyMs)
    }
    coming.onerror = () => {
      put(undefined)
      later(everyMs)
    }
    coming.src = `/picture?${count}`
  }
  function put(picture: HTMLImageElement | undefined): void {
    shown?.remove()
    shown = picture
    hasFailed = picture === undefined
    none.hidden = !hasFailed
    if (!picture) return
    picture.alt = label
    root.style.aspectRatio = `${picture.naturalWidth} / ${picture.naturalHeight}`
    root.prepend(picture)
  }
  later(firstMs)

  return {
    root,
    draw(words) {
      label = words.picture
      none.hidden = !hasFailed
      setText(none, words.noPicture)
    },
  }
}
