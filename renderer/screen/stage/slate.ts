import type { ScreenStore } from '../store.ts'

/** Keeps the player's name on the slate. The slate itself is in the page from its first paint. Returns the undo. */
export function nameSlate(page: ParentNode, store: ScreenStore): () => void {
  const write = ({ playerName }: { playerName: string }) => {
    const line = page.querySelector('.slate-name')
    if (line && line.textContent !== playerName) line.textContent = playerName
  }
  write(store.getState())
  return store.subscribe(write)
}
