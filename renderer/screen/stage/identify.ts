/** Draws who this wall is, above everything else. */
export type Identify = {
  /** For so many seconds; 0 takes it off at once. Resolves when it is on the wall, or off it. */
  show(name: string, playerId: string, seconds: number): Promise<void>
}

/** The longest that it is left on, whatever is asked: nobody's programme waits for a forgotten sign. */
const longestSeconds = 60

/**
 * The sign that tells two walls in one street apart: the site's name, and the player's id beneath it. It is drawn over
 * whatever plays, which goes on beneath it, and only a signed command brings it on, or the PIN under the wall.
 */
export function createIdentify(parent: HTMLElement, nextFrame: () => Promise<void>): Identify {
  let sign: HTMLElement | undefined
  let timer = 0
  const takeOff = () => {
    window.clearTimeout(timer)
    sign?.remove()
    sign = undefined
  }
  return {
    async show(name, playerId, seconds) {
      takeOff()
      if (seconds > 0) {
        sign = signOf(name, playerId)
        parent.append(sign)
        timer = window.setTimeout(takeOff, Math.min(seconds, longestSeconds) * 1000)
      }
      // The first frame callback comes before a frame is drawn, the second one after.
      await nextFrame()
      await nextFrame()
    },
  }
}

function signOf(name: string, playerId: string): HTMLElement {
  const root = document.createElement('div')
  root.className = 'identify'
  const lines = name === playerId ? [playerId] : [name, playerId]
  for (const [at, text] of lines.entries()) {
    const line = document.createElement('div')
    line.className = at === lines.length - 1 ? 'identify-id' : 'identify-name'
    line.textContent = text
    // Long names are made smaller instead of cut: about so many letters fit across a wall at full size.
    line.style.setProperty('--letters', String(Math.max(6, [...text].length)))
    root.append(line)
  }
  return root
}
