/** The JPEG with an EXIF segment that holds only the orientation (1 to 8, CIPA DC-008, tag 0x0112). */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const entry = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0])
  const directory = Buffer.concat([Buffer.from([0, 1]), entry, Buffer.alloc(4)])
  const tiff = Buffer.concat([Buffer.from('MM\0*'), Buffer.from([0, 0, 0, 8]), directory])
  const payload = Buffer.concat([Buffer.from('Exif\0\0'), tiff])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(payload.length + 2)
  const startOfImage = jpeg.subarray(0, 2)
  return Buffer.concat([startOfImage, Buffer.from([0xff, 0xe1]), length, payload, jpeg.subarray(2)])
}
