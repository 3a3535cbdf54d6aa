import { Agent, type IncomingMessage, request as send } from 'node:http'
import type { Readable } from 'node:stream'
import { type NeighbourClient, NeighbourFailed, type NeighbourSays, type Terms } from '../app/neighbour-ports.ts'
import type { Clock, Undo } from '../app/ports.ts'

/** How long a connection may take: on one network that is much. */
const connectMs = 800
/** What has come meanwhile is read before a time-out counts: this process itself may have been too busy to look. */
const lookAgainMs = 100
/** After so long it must on the whole have given so many bytes a second of the time it was waited for. */
const judgedAfterMs = 10_000
const leastBytesPerSecond = 32 * 1024

type Place = { readonly address: string; readonly port: number }

/**
 * Asks neighbours over plain HTTP. Nothing they say is followed or kept: no redirects, no cookies, no encodings, no byte more
 * than was asked for; whether the bytes are right is for their hash to say.
 */
export function createNeighbourClient(clock: Clock): NeighbourClient {
  const agent = new Agent({ keepAlive: false, maxTotalSockets: 48 })

  function answerOf(method: 'GET' | 'HEAD', to: To): Promise<IncomingMessage> {
    const { place, hex, terms, signal } = to
    return new Promise((resolve, reject) => {
      const sent = send({
        host: place.address,
        port: place.port,
        method,
        path: `/assets/${hex}`,
        agent,
        signal,
        maxHeaderSize: 4096,
        headers: { 'user-agent': 'plazacast', 'accept-encoding': 'identity' },
      })
      let disarm: Undo = () => {}
      // There may be many to be asked, each in its turn: only from then on is it late.
      sent.once('socket', (socket) => {
        disarm = late(clock, connectMs, () => sent.destroy(new NeighbourFailed('it cannot be reached')))
        socket.once('connect', () => {
          disarm()
          disarm = late(clock, terms.answerMs, () => sent.destroy(new Silent()))
        })
      })
      sent.once('response', (response) => {
        disarm()
        resolve(response)
      })
      sent.on('error', (error) => {
        disarm()
        reject(asFailure(error))
      })
      sent.end()
    })
  }

  return {
    async asks(place, hex, terms, signal) {
      try {
        const response = await answerOf('HEAD', { place, hex, terms, signal })
        response.destroy()
        return saidBy(response)
      } catch (error) {
        if (error instanceof Silent) return { kind: 'silent' }
        throw error
      }
    },
    async fetches(place, { hex, sizeBytes }, terms, signal) {
      const response = await answerOf('GET', { place, hex, terms, signal })
      try {
        const says = saidBy(response)
        if (says.kind !== 'has') {
          response.destroy()
          return says
        }
        if (response.headers['content-encoding'] !== undefined) throw new NeighbourFailed('it encodes what it gives')
        const length = response.headers['content-length']
        if (length === undefined) throw new NeighbourFailed('it does not say how much it gives')
        if (Number(length) !== sizeBytes) throw new NeighbourFailed(`it gives ${length} bytes of ${sizeBytes}`, true)
      } catch (error) {
        response.destroy()
        throw error
      }
      return { kind: 'gives', chunks: readBody(response, sizeBytes, terms.standstillMs, clock) }
    },
  }
}

type To = {
  readonly place: Place
  readonly hex: string
  readonly terms: Terms
  readonly signal: AbortSignal
}

/** It took the connection and does not answer: busy perhaps, or not well. */
class Silent extends NeighbourFailed {
  constructor() {
    super('it does not answer')
  }
}

/** Runs after a time, unless what has come meanwhile undoes it. */
function late(clock: Clock, ms: number, run: () => void): Undo {
  let disarm = clock.after(ms, () => {
    disarm = clock.after(lookAgainMs, run)
  })
  return () => disarm()
}

/** What the head of an answer means; the server's side is in neighbour-server.ts. */
function saidBy({ statusCode, headers }: IncomingMessage): NeighbourSays {
  if (statusCode === 200) return { kind: 'has' }
  if (statusCode === 404) return { kind: 'none' }
  if (statusCode !== 503) throw new NeighbourFailed(`it answers ${statusCode}`)
  const [, kind, done] = /^(fetching|waiting); bytes=(\d{1,15})$/.exec(String(headers['plazacast-asset'] ?? '')) ?? []
  if (kind !== 'fetching' && kind !== 'waiting') return { kind: 'busy' }
  return { kind, doneBytes: Number(done) }
}

/** Only the time that is spent waiting for it counts against a neighbour, not what is done with its bytes meanwhile. */
async function* readBody(
  response: IncomingMessage,
  sizeBytes: number,
  standstillMs: number,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  const chunks = (response as Readable)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let bytes = 0
  let waitedMs = 0
  try {
    for (;;) {
      const asked = clock.monotonicMs()
      const disarm = late(clock, standstillMs, () => response.destroy(new NeighbourFailed('it stands still')))
      const next = await chunks.next().finally(disarm)
      if (next.done) return
      waitedMs += clock.monotonicMs() - asked
      bytes += next.value.byteLength
      if (bytes > sizeBytes) throw new NeighbourFailed('it gives more than there is', true)
      if (waitedMs > judgedAfterMs && bytes < (waitedMs * leastBytesPerSecond) / 1000) {
        throw new NeighbourFailed('it is too slow')
      }
      yield next.value
    }
  } catch (error) {
    throw asFailure(error)
  } finally {
    response.destroy()
  }
}

function asFailure(error: unknown): NeighbourFailed {
  if (error instanceof NeighbourFailed) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new NeighbourFailed(code ?? message ?? String(error))
}
