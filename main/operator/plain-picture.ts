import { createDecipheriv } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { attributesOf, linesOf } from '../../shared/hls/playlist-lines.ts'

/**
 * Runs with the path of a media playlist whose segments are not encrypted: the given one, or a decrypted copy that is gone
 * afterwards. The reader of film headers fails on encrypted segments of less than 64 KiB (mediabunny 1.61), which every
 * film's last one may be.
 */
export async function withPlainPicture<T>(playlist: string, run: (playlist: string) => Promise<T>): Promise<T> {
  const text = await readFile(playlist, 'utf8')
  if (!/^#EXT-X-KEY:.*METHOD=AES-128/m.test(text)) return run(playlist)
  const scratch = await mkdtemp(join(tmpdir(), 'plazacast-plain-'))
  try {
    return await run(await decryptInto(scratch, dirname(playlist), text))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A key with its initialization vector; without one, the segment's number in the playlist is it (RFC 8216, section 5.2). */
type Key = { readonly bytes: Uint8Array; readonly iv: string | undefined }

async function decryptInto(scratch: string, folder: string, text: string): Promise<string> {
  const output: string[] = []
  let key: Key | undefined
  let sequence = 0
  const copy = async (address: string): Promise<string> => {
    const bytes = await readFile(join(folder, address))
    const name = `${output.length}-${address.replace(/[^A-Za-z0-9.]/g, '-')}`
    await writeFile(join(scratch, name), key ? decrypted(bytes, key, sequence) : bytes)
    return name
  }
  for (const line of linesOf(text) ?? []) {
    if (line.kind === 'address') {
      output.push(await copy(line.address))
      sequence += 1
      continue
    }
    const attributes = attributesOf(line.value)
    if (line.name === 'EXT-X-BYTERANGE') throw new Error('it is encrypted, and its segments are parts of files')
    if (line.name === 'EXT-X-MEDIA-SEQUENCE') sequence = Number(line.value)
    if (line.name === 'EXT-X-KEY') {
      const uri = attributes.get('METHOD') === 'AES-128' ? attributes.get('URI') : undefined
      key = uri === undefined ? undefined : { bytes: await readFile(join(folder, uri)), iv: attributes.get('IV') }
    } else if (line.name === 'EXT-X-MAP') {
      output.push(`#EXT-X-MAP:URI="${await copy(attributes.get('URI') ?? '')}"`)
    } else output.push(line.value === '' ? `#${line.name}` : `#${line.name}:${line.value}`)
  }
  const plain = join(scratch, 'plain.m3u8')
  await writeFile(plain, `${output.join('\n')}\n`)
  return plain
}

function decrypted(bytes: Uint8Array, key: Key, sequence: number): Uint8Array {
  const iv = Buffer.from((key.iv?.replace(/^0x/i, '') ?? sequence.toString(16)).padStart(32, '0'), 'hex')
  const decipher = createDecipheriv('aes-128-cbc', key.bytes, iv)
  return Buffer.concat([decipher.update(bytes), decipher.final()])
}
