import { Agent, type IncomingMessage, request as send } from 'node:http'
import type { Readable } from 'node:stream'
import { type NeighbourClient, NeighbourFailed, type NeighbourSays } from '../app/neighbour-ports.ts'
import type { Clock } from '../app/ports.ts'

/** How long a connection may take: on one network that is much. A neighbour that is there, but busy, may take longer to answer. */
const connectMs = 800
const answerMs = 4000
/** It may stand still for so long, and must on the whole give so many bytes a second of the time it is waited for. */
const standstillMs = 3000
const leastBytesPerSecond = 32 * 1024

type Place = { readonly address: string; readonly port: number }

/**
 * Asks neighbours over plain HTTP. Nothing they say is followed or kept: no redirects, no cookies, no encodings, no byte more
 * than was asked for; whether the bytes are right is for their hash to say.
 */
export function createNeighbourClient(clock: Clock): NeighbourClient {
  const agent = new Agent({ keepAlive: false, maxTotalSockets: 48 })

  function answerOf(method: 'GET' | 'HEAD', place: Place, hex: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = send(
        {
          host: place.address,
          port: place.port,
          method,
          path: `/assets/${hex}`,
          agent,
          signal,
          maxHeaderSize: 4096,
          headers: { 'user-agent': 'plazacast', 'accept-encoding': 'identity' },
        },
        (response) => {
          disarm()
          resolve(response)
        },
      )
      const give = (why: string) => () => sent.destroy(new NeighbourFailed(why))
      // The time-out of a connection looks twice: this machine itself may have been too busy to see that it is there.
      let disarm = clock.after(connectMs, () => {
        disarm = clock.after(100, give('it cannot be reached'))
      })
      sent.on('socket', (socket) =>
        socket.once('connect', () => {
          disarm()
          disarm = clock.after(answerMs, give('it does not answer'))
        }),
      )
      sent.on('error', (error) => {
        disarm()
        reject(asFailure(error))
      })
      sent.end()
    })
  }

  return {
    async asks(place, hex, signal) {
      const response = await answerOf('HEAD', place, hex, signal)
      response.destroy()
      return saidBy(response)
    },
    async fetches(place, hex, sizeBytes, signal) {
      const response = await answerOf('GET', place, hex, signal)
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
      return { kind: 'gives', chunks: readBody(response, sizeBytes, clock) }
    },
  }
}

/** What the head of an answer means; the server's side is in neighbour-server.ts. */
function saidBy({ statusCode, headers }: IncomingMessage): NeighbourSays {
  if (statusCode === 200) return { kind: 'has' }
  if (statusCode === 404) return { kind: 'none' }
  if (statusCode !== 503) throw new NeighbourFailed(`it answers ${statusCode}`)
  const done = /^coming; bytes=(\d{1,15})$/.exec(String(headers['plazacast-asset'] ?? ''))?.[1]
  return done === undefined ? { kind: 'busy' } : { kind: 'coming', doneBytes: Number(done) }
}

/** Only the time that is spent waiting for it counts against a neighbour, not what is done with its bytes meanwhile. */
async function* readBody(response: IncomingMessage, sizeBytes: number, clock: Clock): AsyncGenerator<Uint8Array> {
  const chunks = (response as Readable)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let bytes = 0
  let waitedMs = 0
  try {
    for (;;) {
      const asked = clock.monotonicMs()
      const disarm = clock.after(standstillMs, () => response.destroy(new NeighbourFailed('it stands still')))
      const next = await chunks.next().finally(disarm)
      if (next.done) return
      waitedMs += clock.monotonicMs() - asked
      bytes += next.value.byteLength
      if (bytes > sizeBytes) throw new NeighbourFailed('it gives more than there is', true)
      if (waitedMs > standstillMs && bytes < (waitedMs * leastBytesPerSecond) / 1000) {
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
