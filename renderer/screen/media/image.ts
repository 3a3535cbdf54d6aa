import type { Showing } from '../../../shared/screen/programme.ts'
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
  const { address, isMoving } = await addressOf(showing, shelf, signal)
  const dispose = () => {
    image.removeAttribute('src')
    if (isMoving) URL.revokeObjectURL(address)
  }
  image.style.objectFit = showing.fit
  image.style.visibility = isMoving ? 'hidden' : 'visible' // it begins to move when it is first painted
  image.src = address
  try {
    await image.decode()
  } catch (cause) {
    dispose()
    shelf.forget(showing.asset)
    throw new MediaFault('failed', `the ${showing.mediaType} does not decode`, { cause })
  }
  const begin = (raise: () => void) => {
    image.style.visibility = 'visible'
    raise()
    const seconds = showing.seconds ?? fallbackSeconds
    onceLit((frameMs, isDrawn) => listener.presented(play.id, seconds * 1000, true, frameMs, isDrawn))
  }
  return { begin, dispose }
}

/** A picture that moves gets an address for each showing: those of one address move on together. */
async function addressOf(
  showing: Showing,
  shelf: PhotoShelf,
  signal: AbortSignal,
): Promise<{ readonly address: string; readonly isMoving: boolean }> {
  const known = shelf.addressOf(showing.asset)
  if (known !== undefined) return { address: known, isMoving: false }
  const blob = await download(showing.address, showing.mediaType, signal)
  await decodeWhole(blob, showing.mediaType)
  const isMoving = await moves(blob)
  signal.throwIfAborted()
  return { address: isMoving ? URL.createObjectURL(blob) : shelf.put(showing.asset, blob), isMoving }
}

/** Whether there is more than one picture in the file, as far as the browser can tell. */
async function moves(blob: Blob): Promise<boolean> {
  if (blob.type === 'image/jpeg') return false
  const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type: blob.type })
  try {
    await decoder.tracks.ready
    return decoder.tracks.selectedTrack?.frameCount !== 1 // not `animated`: a GIF of one picture says that it is
  } catch {
    return true // it has been decoded already: what cannot be told is treated as what may move
  } finally {
    decoder.close()
  }
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
