/** A photo that decodes to its end. Its address is good for as long as it lies on the shelf; what is drawn already stays. */
type Shelved = { readonly address: string; readonly image: HTMLImageElement; readonly sizeBytes: number }

/** Photos shown lately, so that one that comes again in the loop is neither read nor decoded anew. */
export type PhotoShelf = {
  /** The address of the asset's photo; undefined when it is not here. */
  addressOf(asset: string): string | undefined
  /** Lays it onto the shelf and gives its address. One that moves must not lie here: it would go on moving, and never begin again. */
  put(asset: string, blob: Blob): string
  /** It could not be drawn: the next time it is read anew. */
  forget(asset: string): void
  close(): void
}

/** So many photos, as long as their files are not larger together. */
const mostPhotos = 24
const mostBytes = 32 * 1024 ** 2

/**
 * Makes an empty shelf. The browser keeps decoded pictures by their address: with a new one for each showing its cache held the
 * same six photos again and again, some 80 MiB, for minutes (measured). The image that lies here keeps that address known.
 */
export function createPhotoShelf(): PhotoShelf {
  const photos = new Map<string, Shelved>()
  const forget = (asset: string) => {
    const photo = photos.get(asset)
    photos.delete(asset)
    if (photo) letGo(photo)
  }
  const makeRoom = () => {
    let sizeBytes = [...photos.values()].reduce((sum, one) => sum + one.sizeBytes, 0)
    for (const [asset, oldest] of [...photos].slice(0, -1)) {
      if (photos.size <= mostPhotos && sizeBytes <= mostBytes) return
      forget(asset)
      sizeBytes -= oldest.sizeBytes
    }
  }
  return {
    addressOf: (asset) => {
      const known = photos.get(asset)
      if (!known) return undefined
      photos.delete(asset)
      photos.set(asset, known) // the newest lies last
      return known.address
    },
    put: (asset, blob) => {
      forget(asset) // it was read twice at once
      const photo = shelve(blob)
      photos.set(asset, photo)
      makeRoom()
      return photo.address
    },
    forget,
    close: () => [...photos.keys()].forEach(forget),
  }
}

function shelve(blob: Blob): Shelved {
  const image = new Image()
  const address = URL.createObjectURL(blob)
  image.src = address
  return { address, image, sizeBytes: blob.size }
}

function letGo({ address, image }: Shelved): void {
  image.removeAttribute('src')
  URL.revokeObjectURL(address)
}
