import { SaxesParser } from 'saxes'
import type { XmlElement } from '../../shared/alert/xml-element.ts'

const mostBytes = 1024 * 1024
const mostElements = 10_000
const deepest = 32

/** A document that was read, or why it is not: a sentence with its line. */
export type XmlText =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly message: string }

/**
 * Reads XML 1.0 with namespaces, strictly. A document type is refused whatever it says, so there are no entities to expand and
 * nothing outside to be fetched (OWASP, XML External Entity Prevention); size, depth and number of elements are bounded.
 */
export function readXml(bytes: Uint8Array): XmlText {
  if (bytes.byteLength > mostBytes) return { ok: false, message: `is larger than ${mostBytes} bytes` }
  const text = decoded(bytes)
  if (text === undefined) return { ok: false, message: 'is not UTF-8' }
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: Draft[] = []
  let root: XmlElement | undefined
  let elements = 0
  const refuse = (message: string): never => {
    throw new XmlRefused(`line ${parser.line}: ${message}`)
  }
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, '')))
  parser.on('doctype', () => refuse('a document type is not allowed'))
  parser.on('opentag', ({ local, uri }) => {
    elements += 1
    if (elements > mostElements) refuse(`more than ${mostElements} elements`)
    if (open.length >= deepest) refuse(`nested deeper than ${deepest} levels`)
    open.push({ name: local, namespace: uri, text: '', children: [] })
  })
  const addText = (more: string) => {
    const current = open.at(-1)
    if (current) current.text += more
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const parent = open.at(-1)
    if (parent) parent.children.push(closed)
    else root = closed
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (error instanceof XmlRefused) return { ok: false, message: error.message }
    throw error
  }
  return root ? { ok: true, root } : { ok: false, message: 'is empty' }
}

type Draft = { name: string; namespace: string; text: string; children: XmlElement[] }

class XmlRefused extends Error {}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined // a TypeError is how the decoder says so
  }
}
