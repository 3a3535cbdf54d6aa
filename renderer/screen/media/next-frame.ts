/** Long enough that a page that is drawn at all has drawn. */
const undrawnMs = 250

/** Runs when the page is about to draw its next frame; a page that nobody can see draws none and goes on all the same. */
export function onNextFrame(run: () => void): void {
  let done = false
  const once = () => {
    if (done) return
    done = true
    clearTimeout(timer)
    run()
  }
  const timer = setTimeout(once, undrawnMs)
  requestAnimationFrame(once)
}
