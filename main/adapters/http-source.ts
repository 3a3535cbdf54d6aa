import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { get as getSecure } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { judgeAnswer, mostRedirects, redirectOf, requestHeaders } from '../../shared/cache/http-answer.ts'
import { type AssetSource, SourceFailed, type SourceRequest } from '../app/asset-source.ts'
import type { Clock } from '../app/ports.ts'

/** A connection that gives less than `leastBytes` within `windowMs` stands still. There is no limit on the whole: links are slow. */
export type HttpSourceOptions = { readonly clock: Clock; readonly windowMs?: number; readonly leastBytes?: number }

/** Assets over http and https. No cookies, no passwords, no compression, and nothing is trusted: the hash decides. */
export function createHttpSource({ clock, windowMs = 30_000, leastBytes = 1024 }: HttpSourceOptions): AssetSource {
  return async (request, signal) => {
    const watch = watchProgress(clock, windowMs, leastBytes)
    const stopped = AbortSignal.any([signal, watch.stalled])
    try {
      const response = await follow(request, stopped)
      const verdict = judgeAnswer(headOf(response), request)
      if (verdict.kind !== 'body') {
        response.destroy()
        throw new SourceFailed(
          verdict.reason,
          verdict.kind === 'cannot-resume',
          verdict.kind === 'refused' ? verdict.retryAfterMs : undefined,
        )
      }
      const { fromByte, validator, isPacked } = verdict
      const came = readBody(arrivals(response, watch), watch, stopped)
      const leftBytes = request.sizeBytes - fromByte
      if (isPacked) return { fromByte, validator, chunks: cutOff(unpacked(came), leftBytes), onlyWhole: true }
      return { fromByte, validator, chunks: cutOff(came, leftBytes) }
    } catch (error) {
      watch.end()
      throw asFailure(error, stopped)
    }
  }
}

/** Goes where the server sends us, a few times. */
async function follow(request: SourceRequest, signal: AbortSignal): Promise<IncomingMessage> {
  let url = request.url
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await send(url, requestHeaders(request), signal)
    const redirect = redirectOf(headOf(response), url, resolved)
    if (!redirect) return response
    response.destroy()
    if (redirect.kind === 'refused') throw new SourceFailed(redirect.reason)
    url = redirect.url
  }
  throw new SourceFailed(`redirected more than ${mostRedirects} times`)
}

function send(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const { protocol } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new SourceFailed(`${protocol} is neither http nor https`)
  const options: RequestOptions = { headers: { 'user-agent': 'plazacast', ...headers }, signal }
  return new Promise((resolve, reject) => {
    let isAnswered = false
    const answered = (response: IncomingMessage): void => {
      isAnswered = true
      resolve(response)
    }
    const attempt = (): void => {
      const sent = protocol === 'https:' ? getSecure(url, options, answered) : getPlain(url, options, answered)
      // A server may give up an idle connection just when it is used again: that says nothing of the server.
      const wasIdle = (error: Error) => sent.reusedSocket && isCut(error) && !isAnswered && !signal.aborted
      sent.on('error', (error) => (wasIdle(error) ? attempt() : reject(error)))
    }
    attempt()
  })
}

const isCut = (error: NodeJS.ErrnoException): boolean => error.code === 'ECONNRESET' || error.code === 'EPIPE'

const headOf = (response: IncomingMessage) => ({ status: response.statusCode ?? 0, headers: response.headers })

function resolved(address: string, base: string): string | undefined {
  const url = URL.canParse(address, base) ? new URL(address, base) : undefined
  return address === '' || url?.username || url?.password ? undefined : url?.href
}

/** What is more than was signed is cut off: a body without an end must not fill the disk, nor one that unpacks to a thousand times its size. */
async function* cutOff(chunks: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Uint8Array> {
  let left = mostBytes
  for await (const chunk of chunks) {
    yield chunk.byteLength > left ? chunk.subarray(0, left) : chunk
    left -= Math.min(left, chunk.byteLength)
    if (left === 0) return
  }
}

async function* readBody(arriving: Arrivals, watch: ProgressWatch, stopped: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of arriving.chunks) {
      watch.pause() // how long the reader takes is not the server's fault: it may be keeping to a limit
      yield chunk
      watch.resume()
    }
  } catch (error) {
    throw asFailure(error, stopped)
  } finally {
    watch.end()
    arriving.end()
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  const fed = pipeline(packed, gunzip)
  fed.catch(() => {}) // whoever reads what comes out is told
  try {
    yield* gunzip
  } catch (error) {
    if (error instanceof SourceFailed) throw error
    throw new SourceFailed(`what is encoded as gzip cannot be unpacked (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** What may lie here unread before the sender is held back. */
const mostUnread = 256 * 1024

/**
 * Everything that came, in order, and only then the error that ended it. The stream's own iterator drops what was not read
 * yet when a connection breaks, so that a line that breaks often would never bring anything. Listens from now on, whenever
 * the reading begins: it may all be over by then.
 */
function arrivals(response: IncomingMessage, watch: ProgressWatch): Arrivals {
  let queue: Uint8Array[] = []
  let unread = 0
  let over: { readonly error: unknown } | undefined
  let wake = () => {}
  const finish = (error: unknown) => {
    over ??= { error }
    wake()
  }
  response.on('data', (chunk: Uint8Array) => {
    watch.note(chunk.byteLength)
    queue.push(chunk)
    unread += chunk.byteLength
    if (unread > mostUnread) response.pause()
    wake()
  })
  response.on('end', () => finish(undefined))
  response.on('error', finish)
  response.on('close', () => finish(undefined))
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunks = queue
      queue = []
      unread = 0
      if (chunks.length > 0) response.resume()
      yield* chunks
      if (queue.length > 0) continue
      if (over?.error !== undefined) throw over.error
      if (over) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  // A connection is kept for the next file only when the server has nothing more to say on it.
  return { chunks: read(), end: () => void (response.complete ? response.resume() : response.destroy()) }
}

type Arrivals = { readonly chunks: AsyncIterable<Uint8Array>; end(): void }

type ProgressWatch = {
  readonly stalled: AbortSignal
  note(bytes: number): void
  /** Time does not count until `resume`. */
  pause(): void
  resume(): void
  end(): void
}

/** Looks once a window at how much has come in it. A window in which the reader did not read is no window. */
function watchProgress(clock: Clock, windowMs: number, leastBytes: number): ProgressWatch {
  const controller = new AbortController()
  let inWindow = 0
  let pausedMs = 0
  let pausedAt: number | undefined
  let disarm = () => {}
  const begin = () => {
    inWindow = 0
    pausedMs = 0
    if (pausedAt !== undefined) pausedAt = clock.monotonicMs()
    arm(windowMs)
  }
  const arm = (ms: number) => {
    disarm = clock.after(ms, look)
  }
  const look = () => {
    if (inWindow >= leastBytes || pausedAt !== undefined) begin()
    else if (pausedMs > windowMs / 10) arm(pausedMs)
    else return controller.abort(new SourceFailed('the connection stands still'))
    pausedMs = 0
  }
  begin()
  return {
    stalled: controller.signal,
    note: (bytes) => {
      inWindow += bytes
    },
    pause: () => {
      pausedAt = clock.monotonicMs()
    },
    resume: () => {
      if (pausedAt !== undefined) pausedMs += clock.monotonicMs() - pausedAt
      pausedAt = undefined
    },
    end: () => disarm(),
  }
}

/** An abort hides its reason behind an error of its own. */
function asFailure(error: unknown, stopped: AbortSignal): SourceFailed {
  const cause: unknown = stopped.aborted ? stopped.reason : error
  if (cause instanceof SourceFailed) return cause
  const { code, message } = cause as NodeJS.ErrnoException
  return new SourceFailed(code ?? message ?? String(cause))
}
