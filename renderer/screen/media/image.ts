import type { Play } from '../driver-state.ts'
import { type Filling, type FillingListener, MediaFault } from './filling.ts'
import { onceLit } from './next-frame.ts'
import type { PhotoShelf } from './photo-shelf.ts'

export type PhotoParts = { readonly shelf: PhotoShelf; readonly listener: FillingListener }

/**
 * Loads a photo into the element and resolves when it is decoded; rejects with a MediaFault, or when aborted.
 *
 * The bytes are held as a blob: nothing is asked for again when the browser drops the decoded picture from its cache. Not drawn on
 * a canvas: what is on one stays black when the graphics process dies (seen with Chromium 156); an image element is drawn again.
 * EXIF orientation and animation are the browser's.
 */
export async function openPhoto(
  image: HTMLImageElement,
  play: Play,
  { shelf, listener }: PhotoParts,
  signal: AbortSignal,
): Promise<Filling> {
  const { showing } = play
  const address = await shelf.addressOf(showing.asset, async () => {
    const blob = await download(showing.address, showing.mediaType, signal)
    await decodeWhole(blob, showing.mediaType)
    return blob
  })
  signal.throwIfAborted()
  const dispose = () => image.removeAttribute('src')
  image.style.objectFit = showing.fit
  image.src = address
  try {
    await image.decode()
  } catch (cause) {
    dispose()
    shelf.forget(showing.asset)
    throw new MediaFault('failed', `the ${showing.mediaType} does not decode`, { cause })
  }
  const begin = (raise: () => void) => {
    raise()
    const seconds = showing.seconds ?? fallbackSeconds
    onceLit((frameMs) => listener.presented(play.id, seconds * 1000, true, frameMs))
  }
  return { begin, dispose }
}

/** An image element shows as much of a broken photo as decodes; this refuses one that does not decode to its end. */
async function decodeWhole(blob: Blob, mediaType: string): Promise<void> {
  try {
    const bitmap = await createImageBitmap(blob)
    bitmap.close()
  } catch (cause) {
    throw new MediaFault('failed', `the ${mediaType} does not decode`, { cause })
  }
}

/** A photo without a duration is refused when it is pushed; should one come all the same, it must not stay for ever. */
const fallbackSeconds = 10

async function download(address: string, mediaType: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(address, { signal })
  if (!response.ok) throw new MediaFault('failed', `the photo does not load: ${response.status}`)
  const bytes = await response.arrayBuffer()
  return new Blob([bytes], { type: mediaType })
}
