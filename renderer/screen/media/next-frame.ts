/** Long enough that a page that is drawn at all has drawn. */
const undrawnMs = 250
/** A display's refresh; a faster one is refreshed sooner than is reckoned here, by less than a frame. */
const refreshMs = 1000 / 60

/**
 * From the beginning of a frame in the page, or from what the browser expects of a film's frame, until it is lit: measured on
 * a grabbed display (`npm run plays`), where it is either a refresh or none.
 */
export const toLightMs = 7

/** Runs when the page is about to draw its next frame; a page that nobody can see draws none and goes on all the same. */
export function onNextFrame(run: () => void): void {
  inFrames(1, run)
}

const framesToLight = 3

/**
 * Runs soon after what was just changed is lit, and tells the time of the frame that brought it, on the clock of performance.now().
 * A page draws one frame ahead of the display at the most: if what was changed takes long to be drawn, the frames behind it wait.
 * `isDrawn` is false when the page draws nothing for so long that what stands on the wall is an older picture.
 */
export function onceLit(run: (frameMs: number, isDrawn: boolean) => void): void {
  inFrames(framesToLight, (framesMs) =>
    run(Math.max(...framesMs.map((ms, behind) => ms - behind * refreshMs)), framesMs.length === framesToLight),
  )
}

/** Runs at the beginning of so many frames from now, with the times of all of them. */
function inFrames(count: number, run: (framesMs: readonly number[]) => void): void {
  const framesMs: number[] = []
  let done = false
  const finish = () => {
    if (done) return
    done = true
    clearTimeout(timer)
    run(framesMs)
  }
  const take = (frameMs: number) => {
    if (framesMs.push(frameMs) < count) requestAnimationFrame(take)
    else finish()
  }
  const timer = setTimeout(() => {
    if (framesMs.length === 0) framesMs.push(performance.now())
    finish()
  }, undrawnMs)
  requestAnimationFrame(take)
}
