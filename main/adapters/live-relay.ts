import { get as getPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { get as getSecure } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { mostRedirects, redirectOf } from '../../shared/cache/http-answer.ts'
import { type RelayedLink, relayedPlaylist } from '../../shared/hls/relay-playlist.ts'
import type { Clock } from '../app/ports.ts'

export type LiveRelayOptions = {
  readonly clock: Clock
  /**
   * The approved address of the stream with this manifest (64 hex digits), while it may be on the wall; asked again before
   * every chunk that is handed on.
   */
  readonly addressOf: (hex: string) => string | undefined
  /** What was asked for could not be had from the origin, or can again after that; told when it changes. */
  readonly onChange?: (hex: string, failure: string | undefined) => void
  /** A connection that gives nothing for this long is ended. */
  readonly stalledMs?: number
  readonly mostPlaylistBytes?: number
  readonly mostSegmentBytes?: number
  /** Names that are remembered of those that playlists of a stream gave. */
  readonly mostNames?: number
}

/** Answers a request of the page for `live/<hex>/<name>`. */
export type LiveRelay = (hex: string, name: string, request: IncomingMessage, response: ServerResponse) => Promise<void>

const mostStreams = 64

/**
 * Hands live streams from their approved origin to the page. The page can ask only for what a playlist of the stream named:
 * no address of its own making goes out. Scheme, host and port are pinned, through redirects as well; no cookies, nothing
 * compressed, nothing written down, and everything is bounded.
 */
export function createLiveRelay(options: LiveRelayOptions): LiveRelay {
  const {
    clock,
    addressOf,
    onChange = () => {},
    stalledMs = 10_000,
    mostPlaylistBytes = 1024 * 1024,
    mostSegmentBytes = 64 * 1024 * 1024,
    mostNames = 4_000,
  } = options
  /** What was named or asked for last stands last, so that a day-long stream keeps its playlists and forgets old segments. */
  const remembering = (links: Map<string, RelayedLink>) => (link: RelayedLink) => {
    links.delete(link.name)
    links.set(link.name, link)
    const [oldest] = links.keys()
    if (links.size > mostNames && oldest !== undefined) links.delete(oldest)
  }
  const note = reportChanges(clock, onChange)
  const streams = new Map<string, { readonly address: string; readonly links: Map<string, RelayedLink> }>()

  return async (hex, name, request, response) => {
    const address = addressOf(hex)
    if (address === undefined) {
      streams.delete(hex)
      return refuse(response, 404)
    }
    const { links } = streamAt(hex, address)
    const remember = remembering(links)
    const asked: RelayedLink | undefined =
      name === 'index.m3u8' ? { name, url: address, leadsTo: 'playlist' } : links.get(name)
    if (!asked) return refuse(response, 404)
    if (links.has(name)) remember(asked)
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the page went away')))
    const watch = watchStall(clock, stalledMs, gone.signal)
    try {
      const { answer, url } = await follow(asked.url, new URL(address).origin, rangeOf(request), watch.signal)
      const chunks = bounded(answer, asked.leadsTo === 'playlist' ? mostPlaylistBytes : mostSegmentBytes, () => {
        watch.note()
        if (addressOf(hex) !== address) throw new RelayFailed('the stream may not be shown any more')
      })
      await (asked.leadsTo === 'playlist'
        ? givePlaylist(response, await textOf(chunks), url, remember)
        : giveSegment(response, answer, chunks))
      note(hex, asked.leadsTo, undefined)
    } catch (error) {
      const cause: unknown = watch.signal.aborted ? watch.signal.reason : error
      // A page that goes away and an approval that ends are nobody's failure.
      if (!gone.signal.aborted && addressOf(hex) === address) note(hex, asked.leadsTo, reasonOf(cause))
      fail(response, cause)
    } finally {
      watch.end()
    }
  }

  /** Another address under the same name cannot be, but a stream that was forgotten begins anew. */
  function streamAt(hex: string, address: string) {
    const known = streams.get(hex)
    if (known?.address === address) return known
    const fresh = { address, links: new Map<string, RelayedLink>() }
    streams.delete(hex)
    streams.set(hex, fresh)
    for (const oldest of [...streams.keys()].slice(0, Math.max(0, streams.size - mostStreams))) streams.delete(oldest)
    return fresh
  }
}

const quietMs = 60_000

/**
 * Tells when a stream begins to fail and when what failed can be had again, each at most once a minute for a stream: playlists
 * may be there while segments are not, and every other segment may be missing.
 */
function reportChanges(clock: Clock, onChange: (hex: string, failure: string | undefined) => void) {
  const failing = new Map<string, { readonly what: RelayedLink['leadsTo'] | undefined; readonly toldAtMs: number }>()
  return (hex: string, what: RelayedLink['leadsTo'], failure: string | undefined): void => {
    const before = failing.get(hex)
    const nowMs = clock.monotonicMs()
    const isNews = failure === undefined ? before?.what === what : before?.what === undefined
    if (!isNews || (before && nowMs - before.toldAtMs < quietMs)) return
    failing.delete(hex)
    failing.set(hex, { what: failure === undefined ? undefined : what, toldAtMs: nowMs })
    const [oldest] = failing.keys()
    if (failing.size > mostStreams && oldest !== undefined) failing.delete(oldest)
    onChange(hex, failure)
  }
}

/** Why the page does not get it, in words for the log of the browser. */
class RelayFailed extends Error {
  override readonly name = 'RelayFailed'
}

const rangeOf = ({ headers }: IncomingMessage): Record<string, string> =>
  headers.range !== undefined && /^bytes=\d+-\d*$/.test(headers.range) ? { range: headers.range } : {}

/** Goes where the origin sends us, within itself. */
async function follow(
  from: string,
  origin: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; url: string }> {
  let url = from
  for (let hops = 0; hops <= mostRedirects; hops++) {
    if (new URL(url).origin !== origin) throw new RelayFailed('the stream leads to another origin')
    const answer = await send(url, headers, signal)
    const head = { status: answer.statusCode ?? 0, headers: answer.headers }
    const redirect = redirectOf(head, url, (address, base) =>
      URL.canParse(address, base) ? new URL(address, base).href : undefined,
    )
    if (!redirect) {
      const problem = problemWith(answer)
      if (problem === undefined) return { answer, url }
      answer.destroy()
      throw new RelayFailed(problem)
    }
    answer.destroy()
    if (redirect.kind === 'refused') throw new RelayFailed(redirect.reason)
    url = redirect.url
  }
  throw new RelayFailed(`redirected more than ${mostRedirects} times`)
}

function problemWith({ statusCode, headers }: IncomingMessage): string | undefined {
  if (statusCode !== 200 && statusCode !== 206) return `the origin answers ${statusCode}`
  const encoding = headers['content-encoding']
  return encoding === undefined || encoding === 'identity' ? undefined : `encoded as ${encoding}`
}

function send(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.startsWith('https:') ? getSecure : getPlain
  const sent = { 'user-agent': 'plazacast', 'accept-encoding': 'identity', ...headers }
  return new Promise((resolve, reject) => {
    get(url, { headers: sent, signal }, resolve).on('error', reject)
  })
}

async function* bounded(answer: IncomingMessage, mostBytes: number, check: () => void): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      check()
      bytes += chunk.byteLength
      if (bytes > mostBytes) throw new RelayFailed(`more than ${mostBytes} bytes`)
      yield chunk
    }
  } finally {
    answer.destroy()
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString('utf8')
}

function givePlaylist(
  response: ServerResponse,
  text: string,
  url: string,
  remembered: (link: RelayedLink) => void,
): void {
  const relayed = relayedPlaylist(text, url)
  if (!relayed.ok) throw new RelayFailed(relayed.reason)
  for (const link of relayed.links) remembered(link)
  response.writeHead(200, { ...fresh, 'Content-Type': 'application/vnd.apple.mpegurl' }).end(relayed.text)
}

async function giveSegment(
  response: ServerResponse,
  { statusCode = 200, headers }: IncomingMessage,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const place = headers['content-range']
  response.writeHead(statusCode, {
    ...fresh,
    'Content-Type': 'application/octet-stream',
    ...(headers['content-length'] !== undefined && { 'Content-Length': headers['content-length'] }),
    ...(place !== undefined && { 'Content-Range': place }),
  })
  await pipeline(chunks, response)
}

/** A stream is not kept anywhere, not even in the browser's cache. */
const fresh = { 'Cache-Control': 'no-store' }

/** 502: the page passes the item over for a while. What has begun is cut off. */
function fail(response: ServerResponse, cause: unknown): void {
  if (response.headersSent) return void response.destroy()
  if (response.destroyed) return
  response.writeHead(502, { ...fresh, 'Content-Type': 'text/plain; charset=utf-8' }).end(reasonOf(cause))
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...fresh, 'Content-Length': 0 }).end()
}

type StallWatch = { readonly signal: AbortSignal; note(): void; end(): void }

/** Ends what gives nothing for a while, as it ends what the page has left. */
function watchStall(clock: Clock, stalledMs: number, gone: AbortSignal): StallWatch {
  const stalled = new AbortController()
  let disarm = () => {}
  const note = () => {
    disarm()
    disarm = clock.after(stalledMs, () => stalled.abort(new RelayFailed('the stream stands still')))
  }
  note()
  return { signal: AbortSignal.any([gone, stalled.signal]), note, end: () => disarm() }
}
