import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { TestContext } from 'node:test'
import { createLiveRelay, type LiveRelayOptions } from '../../main/adapters/live-relay.ts'
import { startLoopback } from '../../main/adapters/loopback-server.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { linesOf } from '../../shared/hls/playlist-lines.ts'
import { folderFor } from './hls-rig.ts'

const hex = 'ab'.repeat(32)

/** A web server for one test; its address. */
export async function listen(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
}

/** How an origin answers, by path. */
export type Answers = Record<string, (request: IncomingMessage, response: ServerResponse) => void>

/** A relay behind the page's own server, in front of an origin that answers as told. */
export async function setRelay(t: TestContext, answers: Answers, more: Partial<LiveRelayOptions> = {}) {
  const asked: { url: string; headers: IncomingHttpHeaders }[] = []
  const origin = await listen(t, (request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers })
    const answer = answers[request.url ?? '']
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  let address: string | undefined = `${origin}/live.m3u8`
  const relay = createLiveRelay({
    clock: systemClock,
    addressOf: (name) => (name === hex ? address : undefined),
    ...more,
  })
  const loopback = await startLoopback({
    screenDir: await folderFor(t),
    openAsset: async () => undefined,
    onDamaged: () => {},
    relay,
  })
  t.after(() => loopback.stop())
  return {
    origin,
    asked,
    allow: (to: string | undefined) => {
      address = to
    },
    get: (name: string, headers: Record<string, string> = {}) =>
      fetch(`${loopback.address}live/${hex}/${name}`, { headers }),
  }
}

/** Answers with a text. */
export const text =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (_request: unknown, response: ServerResponse) =>
    void response.writeHead(200, headers).end(body)
/** Answers with an HLS playlist of these lines. */
export const playlist = (...lines: string[]) => text(['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, ''].join('\n'))
/** The addresses in a playlist. */
export const namesIn = (body: string) =>
  (linesOf(body) ?? []).flatMap((line) => (line.kind === 'address' ? [line.address] : []))
