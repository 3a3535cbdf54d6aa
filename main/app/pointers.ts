import type { Pointer } from '../../shared/documents/pointer.ts'
import { retryDelayMs } from '../../shared/retry-delay.ts'
import type { AssetSource } from './asset-source.ts'
import type { Taken } from './document-intake.ts'
import type { Clock, Random, Undo } from './ports.ts'

export type PointersOptions = {
  readonly source: AssetSource
  readonly sha256: (data: Uint8Array) => Uint8Array
  readonly clock: Clock
  readonly random: Random
  /** Takes a document as if it had come itself on that topic. */
  readonly deliver: (topic: string, bytes: Uint8Array) => Taken
  /** None of its addresses gave the document; said once for each pointer. */
  readonly failed: (topic: string, reason: string) => void
}

/** Fetches what pointers lead to. */
export type Pointers = {
  /** The newest pointer of a topic replaces the one before it. */
  want(topic: string, pointer: Pointer): void
  stop: Undo
}

/** Pointers are not signed: whoever holds the broker decides what is fetched, so little is fetched at once, and ever more slowly. */
const mostTopics = 64
const mostAtOnce = 2
const mostBytesAtOnce = 64 * 1024 * 1024
const longestWaitMs = 15 * 60_000

type Errand = {
  readonly topic: string
  readonly pointer: Pointer
  state: 'ready' | 'running' | 'waiting' | 'refused'
  /** Times that it could not be had, or was not taken, in a row. */
  failures: number
  abort: AbortController
  cancelTimer: Undo
}

/** Fetches in the background, never in the way of messages. What was lost by a restart, the broker's retained pointer brings again. */
export function createPointers(options: PointersOptions): Pointers {
  const errands = new Map<string, Errand>()
  let stopped = false

  function want(topic: string, pointer: Pointer): void {
    const known = errands.get(topic)
    if (known?.pointer.sha256 === pointer.sha256) {
      if (known.state === 'refused') later(known) // what it lacked, such as trust, may have come since
      return
    }
    if (known) drop(known)
    const oldest = [...errands.values()].find(({ state }) => state !== 'running')
    if (errands.size >= mostTopics && oldest) drop(oldest)
    if (errands.size >= mostTopics) return
    errands.set(topic, {
      topic,
      pointer,
      state: 'ready',
      failures: 0,
      abort: new AbortController(),
      cancelTimer: () => {},
    })
    pump()
  }

  function drop(errand: Errand): void {
    errand.cancelTimer()
    errand.abort.abort()
    if (errands.get(errand.topic) === errand) errands.delete(errand.topic)
  }

  function pump(): void {
    for (const errand of errands.values()) {
      const running = [...errands.values()].filter(({ state }) => state === 'running')
      const bytes = running.reduce((sum, { pointer }) => sum + pointer.bytes, errand.pointer.bytes)
      if (stopped || running.length >= mostAtOnce) return
      if (errand.state === 'ready' && (running.length === 0 || bytes <= mostBytesAtOnce)) void run(errand)
    }
  }

  async function run(errand: Errand): Promise<void> {
    errand.state = 'running'
    const outcome = await fetchDocument(errand.pointer, errand.abort.signal, options)
    if (stopped || errands.get(errand.topic) !== errand) return pump()
    if (outcome.bytes) deliver(errand, outcome.bytes)
    else {
      if (errand.failures === 0) options.failed(errand.topic, outcome.reason)
      later(errand)
    }
    pump()
  }

  function deliver(errand: Errand, bytes: Uint8Array): void {
    let taken: Taken
    try {
      taken = options.deliver(errand.topic, bytes)
    } catch (error) {
      options.failed(errand.topic, `could not be stored: ${error instanceof Error ? error.message : String(error)}`)
      later(errand) // a full disk, say: nothing was acknowledged or lost
      return
    }
    if (taken === 'refused') {
      errand.failures += 1
      errand.state = 'refused' // remembered, so that the same pointer is not fetched again at every connect
    } else drop(errand)
  }

  function later(errand: Errand): void {
    if (errand.state !== 'refused') errand.failures += 1
    errand.state = 'waiting'
    errand.cancelTimer = options.clock.after(retryDelayMs(errand.failures, options.random(), longestWaitMs), () => {
      errand.state = 'ready'
      pump()
    })
  }

  return {
    want,
    stop() {
      stopped = true
      for (const errand of [...errands.values()]) drop(errand)
    },
  }
}

type Fetched =
  | { readonly bytes: Uint8Array; readonly reason?: undefined }
  | { readonly bytes?: undefined; readonly reason: string }

/** Tries its addresses in turn, until one gives bytes with the hash. */
async function fetchDocument(pointer: Pointer, signal: AbortSignal, options: PointersOptions): Promise<Fetched> {
  let reason = 'it has no address'
  for (const url of pointer.urls) {
    if (signal.aborted) break
    try {
      const bytes = await readAll(url, pointer.bytes, signal, options.source)
      if (Buffer.from(options.sha256(bytes)).toString('hex') === pointer.sha256) return { bytes }
      reason = `${url} gave something else than the pointer says`
    } catch (error) {
      reason = `${url}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return { reason }
}

/** Never more than `sizeBytes`: the source cuts a longer body off. */
async function readAll(url: string, sizeBytes: number, signal: AbortSignal, source: AssetSource): Promise<Buffer> {
  const answer = await source({ url, sizeBytes, fromByte: 0, validator: null }, signal)
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.chunks) chunks.push(chunk)
  return Buffer.concat(chunks)
}
