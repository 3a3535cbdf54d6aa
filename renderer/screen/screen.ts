import { pageClock } from './clock.ts'
import { openLink } from './link.ts'
import { startRemux } from './media/remux.ts'
import { runScreen } from './run.ts'
import { createIdentify } from './stage/identify.ts'
import { createMark } from './stage/mark.ts'
import { ownBrightness } from './stage/own-brightness.ts'
import { nameSlate } from './stage/slate.ts'
import { openStage } from './stage/stage.ts'
import { warmUpLater } from './stage/warm-up.ts'
import { createScreenStore } from './store.ts'

/** The page's entry: runs for as long as the page is there. */
const store = createScreenStore()
const wall = document.getElementById('wall') ?? document.body
nameSlate(document, store)
const fleetMs = (performanceMs: number): number | undefined => {
  const { fleetAheadMs } = store.getState().driver
  return fleetAheadMs === undefined ? undefined : performance.timeOrigin + performanceMs + fleetAheadMs
}
const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()))
const parts = { clock: pageClock, remux: startRemux('remux.js'), languages: () => store.getState().languages, fleetMs }
runScreen({
  link: openLink(),
  clock: pageClock,
  store,
  openStage: (listener) => openStage(wall, parts, listener),
  nextFrame,
  identify: createIdentify(wall, nextFrame),
  mark: createMark(wall, store),
  ownBrightness: () => ownBrightness(wall),
})
warmUpLater(wall, store, parts)
for (const gesture of ['contextmenu', 'dragstart', 'selectstart', 'wheel', 'touchmove', 'keydown', 'mousedown']) {
  window.addEventListener(gesture, (event) => event.preventDefault(), { passive: false })
}
