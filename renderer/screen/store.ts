import { createStore } from 'zustand/vanilla'
import { type DriverState, firstState } from './driver-state.ts'

/** What the page shows at this moment: the loop, and what main said about the wall. */
export type ScreenState = {
  readonly driver: DriverState
  /** Names the player on the slate. */
  readonly playerName: string
  /** Languages of captions in the order they are drawn; none: as they come. */
  readonly languages: readonly string[]
  /** The wall is off: not even the slate is seen. */
  readonly dark: boolean
}

/** A store of its own for each page; it is set whole and never written into. */
export function createScreenStore() {
  return createStore<ScreenState>(() => ({ driver: firstState, playerName: '', languages: [], dark: false }))
}
export type ScreenStore = ReturnType<typeof createScreenStore>
