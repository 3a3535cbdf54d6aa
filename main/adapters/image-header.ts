import { imageSizeFromFile } from 'image-size/fromFile'
import type { PhotoHeader } from '../../shared/operator/showable.ts'

/** EXIF orientations 5 to 8 lie on their side (CIPA DC-008, tag 0x0112). */
const firstLyingOrientation = 5

/** Reads the header of a picture of any common format; undefined if the file is none, or its header is damaged. */
export async function readImageHeader(path: string): Promise<PhotoHeader | undefined> {
  const read = await imageSizeFromFile(path).catch(() => undefined)
  if (!read?.type || read.width < 1 || read.height < 1) return undefined
  const { type, width, height, orientation = 1 } = read
  const lying = orientation >= firstLyingOrientation
  return { format: type, width: lying ? height : width, height: lying ? width : height }
}
