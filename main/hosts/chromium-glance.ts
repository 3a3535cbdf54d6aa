import { z } from 'zod'
import { brightestOfPng, glancePixels } from './brightness.ts'
import type { CdpEvent } from './cdp-pipe.ts'

const patienceMs = 3_000

/** Takes small pictures of a page. */
export type ChromiumGlance = {
  onEvent(event: CdpEvent): void
  /** How bright the brightest part of the picture is, 0 to 255; rejects when the compositor gives none in time. */
  look(): Promise<number>
}

/**
 * Looks at what the compositor puts out, by a screencast of one frame that is scaled down where it is composed: some
 * milliseconds, where a screenshot costs ten times as much. A screenshot with a clip and a scale would be small as well, but lays
 * the page out anew for the moment, and the wall would show it.
 */
export function chromiumGlance(command: (method: string, params?: object) => Promise<unknown>): ChromiumGlance {
  let take: ((png: Buffer) => void) | undefined
  let looking: Promise<number> | undefined

  async function look(): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const frame = new Promise<Buffer>((resolve, reject) => {
      take = resolve
      timer = setTimeout(() => reject(new Error(`no picture came within ${patienceMs / 1000} s`)), patienceMs)
    })
    try {
      const size = { maxWidth: glancePixels, maxHeight: glancePixels }
      const started = command('Page.startScreencast', { format: 'png', ...size, everyNthFrame: 1 })
      const [png] = await Promise.all([frame, Promise.race([started, frame])])
      return brightestOfPng(png)
    } finally {
      clearTimeout(timer)
      take = undefined
      command('Page.stopScreencast').catch(() => {}) // a page that is gone casts nothing
    }
  }

  return {
    onEvent({ params }) {
      const { data, sessionId } = screencastFrame.parse(params)
      take?.(Buffer.from(data, 'base64'))
      command('Page.screencastFrameAck', { sessionId }).catch(() => {})
    },
    look() {
      looking ??= look().finally(() => {
        looking = undefined
      })
      return looking
    },
  }
}

const screencastFrame = z.object({ data: z.string(), sessionId: z.int() })
