import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Pointer, pointer } from '../../shared/documents/pointer.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import type { AssetServer } from './asset-server.ts'
import type { PublishRequest } from './publication.ts'
import { problemWith } from './publish-assets.ts'

/** A larger document travels as a pointer: brokers keep every retained message in memory, and send it at every connect. */
const mostInlineBytes = 96 * 1024

/**
 * The document itself, or a pointer to it if it is large: to the server of the files, or to where the files lie. What does
 * not lie there yet is written to a file here, and its place is told.
 */
export async function pointerIfLarge(
  text: string,
  server: AssetServer | undefined,
  { assetsUrl = '', report, signal }: Pick<PublishRequest, 'assetsUrl' | 'report' | 'signal'>,
): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  if (bytes.byteLength <= mostInlineBytes) return text
  const sha256 = Buffer.from(nodeCrypto.sha256(bytes)).toString('hex')
  const url = server ? server.addDocument(sha256, bytes) : `${assetsUrl.replace(/\/+$/, '')}/${sha256}.json`
  const problem = server ? undefined : await problemWith(url, bytes.byteLength, signal)
  if (problem) {
    const file = resolve(`${sha256}.json`)
    await writeFile(file, bytes)
    report?.({ kind: 'warning', message: `${url} ${problem}. Upload ${file} there: it is the playlist itself.` })
  }
  const made: Pointer = { kind: 'pointer', sha256, bytes: bytes.byteLength, urls: [url] }
  return JSON.stringify(made)
}

/** How long an operator's command waits for a document that a pointer leads to. */
const fetchMs = 10_000

/** What a pointer leads to, if it leads to what it says; else the bytes as they are. Nothing is believed here yet. */
export async function followed(bytes: Uint8Array): Promise<Uint8Array> {
  const read = pointer.safeParse(parsed(bytes))
  if (!read.success) return bytes
  for (const url of read.data.urls) {
    const found = await fetched(url, read.data).catch(() => undefined) // the next address may have it
    if (found) return found
  }
  return bytes
}

async function fetched(url: string, { bytes: size, sha256 }: Pointer): Promise<Uint8Array | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchMs) })
  if (!response.ok || !response.body) return undefined
  const chunks: Uint8Array[] = []
  let left = size
  for await (const chunk of response.body) {
    left -= chunk.byteLength
    if (left < 0) return undefined
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  return Buffer.from(nodeCrypto.sha256(bytes)).toString('hex') === sha256 ? bytes : undefined
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return bytes.byteLength > mostInlineBytes ? undefined : JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined // no JSON, so no pointer
  }
}
