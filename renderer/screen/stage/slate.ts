import type { ScreenStore } from '../store.ts'

/** Keeps the player's name on the slate, which is in the page from its first paint, and hides it while the wall is off. Returns the undo. */
export function nameSlate(page: ParentNode, store: ScreenStore): () => void {
  const write = ({ playerName, dark }: { playerName: string; dark: boolean }) => {
    page.querySelector('.slate')?.toggleAttribute('hidden', dark)
    const line = page.querySelector('.slate-name')
    if (line && line.textContent !== playerName) line.textContent = playerName
  }
  write(store.getState())
  return store.subscribe(write)
}
