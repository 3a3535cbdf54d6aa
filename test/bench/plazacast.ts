import { openScreen, removeBundle } from '../support/screen-harness.ts'
import type { StartWall } from './wall.ts'

/** The product's own page in a real Chromium, given the loop over its wire as its host would give it. */
export const startPlazacast: StartWall = async ({ display, width, height, items, host }) => {
  if (host !== 'chromium') throw new Error('the bench runs the page in Chromium only')
  const streams = items.some(({ stream }) => stream) && { streamFaults: () => undefined }
  const screen = await openScreen({ display, width, height, items, ...streams })
  return {
    stop: async () => {
      await screen.stop()
      await removeBundle()
    },
  }
}
