import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'

/** Something the browser says by itself. `sessionId` names the page it is about; undefined is the browser as a whole. */
export type CdpEvent = { readonly method: string; readonly params: unknown; readonly sessionId: string | undefined }

/** A conversation with one browser. */
export type CdpPipe = {
  /** Sends a command; commands of one session are carried out in order. Rejects when refused or the browser is gone. */
  send(method: string, params?: object, sessionId?: string): Promise<unknown>
  /** Ends the conversation: what is still unanswered rejects. The browser ends itself when its pipe is closed. */
  close(): void
}

/**
 * Speaks the Chrome DevTools Protocol over the two pipes of `--remote-debugging-pipe`: JSON texts, each ended by a zero
 * byte. Events come in the order in which the browser sent them, and between the answers.
 *
 * Own code instead of puppeteer-core because the wall's start is measured: see "Decisions" in CONTRIBUTING.md.
 */
export function openCdpPipe(toBrowser: Writable, fromBrowser: Readable, onEvent: (event: CdpEvent) => void): CdpPipe {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(cause: Error): void }>()
  let lastId = 0
  let open = true

  const close = () => {
    if (!open) return
    open = false
    toBrowser.destroy()
    fromBrowser.destroy()
    for (const { reject } of waiting.values()) reject(new Error('the browser is gone'))
    waiting.clear()
  }
  const receive = (text: string) => {
    const message = incoming.parse(JSON.parse(text))
    if (message.id === undefined) {
      if (message.method !== undefined) {
        onEvent({ method: message.method, params: message.params, sessionId: message.sessionId })
      }
      return
    }
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error) asked?.reject(new Error(message.error.message))
    else asked?.resolve(message.result)
  }
  // A pipe that breaks is a browser that has ended, which its process reports too, with the reason.
  toBrowser.on('error', close)
  fromBrowser.on('error', close)
  fromBrowser.on('close', close)
  readTexts(fromBrowser, receive)

  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        if (!open) return reject(new Error('the browser is gone'))
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      }),
    close,
  }
}

const incoming = z.object({
  id: z.int().optional(),
  method: z.string().optional(),
  sessionId: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

/** Collects chunks until a zero byte; a screenshot comes in many. */
function readTexts(stream: Readable, emit: (text: string) => void): void {
  let parts: Buffer[] = []
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      emit(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'))
      parts = []
      rest = rest.subarray(end + 1)
    }
    if (rest.length > 0) parts.push(rest)
  })
}
