/**
 * Resolves when the page in which it runs has drawn a few frames, each of which changes a pixel in a corner: frames that change nothing
 * come even where nothing is drawn any more. The page's own look is as before then.
 */
export const drawsScript = `new Promise((resolve) => {
  const dot = document.body.appendChild(document.createElement('i'))
  dot.style.cssText = 'position:fixed;left:0;top:0;width:1px;height:1px'
  const draw = (frames) => {
    dot.style.background = frames % 2 ? '#000' : '#010101'
    if (frames > 0) return requestAnimationFrame(() => draw(frames - 1))
    dot.remove()
    resolve(0)
  }
  draw(6)
})`
