import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import { judgeFilm, judgePhoto, notMedia, type Showable } from '../../shared/operator/showable.ts'
import { readFilmHeader } from '../adapters/film-header.ts'
import { readImageHeader } from '../adapters/image-header.ts'

/** Formats whose magic number is so weak that other files, films among them, are taken for them. */
const weakFormats = ['tga', 'ico', 'cur', 'icns', 'dds', 'ktx', 'pnm', 'j2c']

/** What a player makes of this file, by its content; `shownPath` is what the sentences call it. */
export async function probeFile(path: string, shownPath: string = path): Promise<Showable> {
  const photo = await readImageHeader(path)
  if (photo && !weakFormats.includes(photo.format)) {
    const judged = judgePhoto(shownPath, photo)
    if (!judged.ok || (await endsWell(path, photo.format))) return judged
    return { ok: false, message: 'is cut off: the end of the picture is missing. Copy or export it again.' }
  }
  const film = await readFilmHeader(path).catch(() => undefined) // a header that breaks the reader is no film's
  return film ? judgeFilm(shownPath, film) : notMedia
}

/** Streams the file through SHA-256. `onBytes` hears how many bytes have gone by since it was last told. */
export async function hashFile(path: string, onBytes: (bytes: number) => void = () => {}): Promise<AssetName> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      hash.update(chunk)
      onBytes(chunk.length)
    }
  })
  return assetNameOf(hash.digest('hex'))
}

/** Cameras append data of their own after the end mark, but not much. */
const tailBytes = 256 * 1024

/** Whether the mark that ends a picture of this format is there. AVIF has none. */
async function endsWell(path: string, format: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, tailBytes))
    await file.read(tail, 0, tail.length, size - tail.length)
    switch (format) {
      case 'jpg':
        return tail.includes(Buffer.from([0xff, 0xd9]))
      case 'png':
        return tail.includes('IEND')
      case 'gif':
        return tail.includes(0x3b)
      case 'webp': {
        const head = Buffer.alloc(12)
        await file.read(head, 0, head.length, 0)
        return head.readUInt32LE(4) + 8 <= size
      }
      default:
        return true
    }
  } finally {
    await file.close()
  }
}
