import { z } from 'zod'
import type { JpegOptions } from './host.ts'

type Command = (method: string, params?: object) => Promise<unknown>

/** Takes pictures of a page as the audience sees it. */
export type PagePictures = {
  take(as: JpegOptions | undefined): Promise<Uint8Array>
  /** To be given each `Page.screencastFrame`. */
  onFrame(params: unknown): void
}

/** How long a scaled picture is waited for; a page whose pictures do not come sends none. */
const frameMs = 5_000

/**
 * A picture of the whole page is captured as it is. A smaller one is the first frame of a screencast: to scale a capture,
 * Chromium would lay out the page anew for its length, and the wall would show that.
 */
export function pagePictures(command: Command): PagePictures {
  let take = (_frame: Uint8Array) => {}
  let turn: Promise<unknown> = Promise.resolve()

  async function captured(as: JpegOptions | undefined): Promise<Uint8Array> {
    const params = as ? { format: 'jpeg', quality: as.quality } : { format: 'png' }
    return bytesOf(await command('Page.captureScreenshot', params))
  }

  async function scaled(width: number, quality: number): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined
    const frame = new Promise<Uint8Array>((resolve, reject) => {
      take = resolve
      timer = setTimeout(() => reject(new Error(`no picture came within ${frameMs / 1000} s`)), frameMs)
    })
    frame.catch(() => {}) // awaited below, unless the browser refuses first
    try {
      await command('Page.startScreencast', { format: 'jpeg', quality, maxWidth: width, maxHeight: width * 64 })
      return await frame
    } finally {
      clearTimeout(timer)
      take = () => {}
      command('Page.stopScreencast').catch(() => {}) // a page that is gone casts no more
    }
  }

  return {
    take(as) {
      const { width } = as ?? {}
      if (!as || width === undefined) return captured(as)
      // There is one screencast of a page: each waits for the one before.
      const next = turn.then(() => scaled(width, as.quality))
      turn = next.catch(() => {})
      return next
    },
    onFrame(params) {
      const { sessionId } = screencastFrame.parse(params)
      command('Page.screencastFrameAck', { sessionId }).catch(() => {}) // nothing waits for it
      take(bytesOf(params))
    },
  }
}

const picture = z.object({ data: z.string() })
const bytesOf = (answer: unknown): Uint8Array => Buffer.from(picture.parse(answer).data, 'base64')
const screencastFrame = z.object({ sessionId: z.int() })
