import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openChromium } from '../../oracle/chromium-window.ts'
import type { StartWall, WallItem } from '../wall.ts'

/** Rival a: one `<video>` whose src changes, and an `<img>` over it for photos. */
export const startOneVideo: StartWall = (options) => openPage('one-video.html', options)

/** Rival b: two elements, the next item loaded beforehand, swapped on `ended`. */
export const startTwoVideos: StartWall = (options) => openPage('two-videos.html', options)

function openPage(name: string, options: Parameters<StartWall>[0]) {
  const { display, width, height } = options
  const url = pathToFileURL(join(import.meta.dirname, name))
  url.hash = encodeURIComponent(JSON.stringify(options.items.map(toPageItem)))
  return openChromium({ display, width, height, url: url.href })
}

function toPageItem({ file, mediaType, seconds }: WallItem) {
  return { address: pathToFileURL(file).href, mediaType, seconds }
}
