import type { Words } from '../../shared/technician/texts.ts'
import type { FaultRow } from '../../shared/technician/view.ts'
import { element } from './elements.ts'

/** The last faults; what the player itself reported of one is unfolded by a touch, and stays so while the list changes. */
export function faultList(): { root: HTMLElement; draw(faults: readonly FaultRow[], words: Words): void } {
  const root = element('ul', 'list')
  const open = new Set<string>()
  let drawn = ''

  function item({ key, title, when, sentence, detail, isGrave }: FaultRow, words: Words): HTMLElement {
    const more = element('details', '', element('summary', '', words.detail), element('p', 'raw', detail))
    more.open = open.has(key)
    more.addEventListener('toggle', () => void (more.open ? open.add(key) : open.delete(key)))
    return element(
      'li',
      isGrave ? 'grave' : '',
      element('p', 'strong', title),
      element('p', 'soft', when),
      element('p', '', sentence),
      more,
    )
  }
  return {
    root,
    draw(faults, words) {
      const text = JSON.stringify([faults, words.detail])
      if (text === drawn) return
      drawn = text
      root.replaceChildren(...faults.map((fault) => item(fault, words)))
    },
  }
}
