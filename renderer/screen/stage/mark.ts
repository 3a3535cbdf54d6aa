import type { ScreenStore } from '../store.ts'

/**
 * The player's id in a corner of the wall, tone on tone: found by who knows where to look, and by nobody else. Only where the
 * site document asks for it; an empty text takes it off. A wall that is off shows nothing, so not this either.
 */
export function createMark(parent: HTMLElement, store: ScreenStore): (text: string) => void {
  const mark = document.createElement('div')
  mark.className = 'player-mark'
  store.subscribe(({ dark }) => {
    mark.hidden = dark
  })
  return (text) => {
    mark.textContent = text
    mark.hidden = store.getState().dark
    if (text === '') mark.remove()
    else parent.append(mark)
  }
}
