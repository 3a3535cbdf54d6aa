import { once } from 'node:events'
import { createServer } from 'node:http'

/** A server with one page that does whatever it is told, and no header that forbids it anything. */
export type PageServer = {
  readonly address: string
  readonly port: number
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/**
 * Serves the page under `/wall/`. It is as lenient as a page can be, so that what is refused in a test was refused by
 * the host and not by the page's own headers.
 */
export async function startPageServer(): Promise<PageServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path === '/wall/' || path === '/wall/steady') response.setHeader('Content-Type', 'text/html').end(page)
    else if (path.startsWith('/file')) response.setHeader('Content-Disposition', 'attachment').end('a file')
    else response.setHeader('Content-Type', 'text/html').end('<h1>elsewhere</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  return {
    address: `http://127.0.0.1:${port}/wall/`,
    port,
    asked,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const page = `<!doctype html><html><head><style>html { background: #0a5 }</style></head><body><script>
const say = (value) => plazacast.send({ kind: 'slate', at: Date.now(), reason: JSON.stringify(value) })
plazacast.onMessage(async (message) => {
  if (message.kind !== 'programme') return say({ heard: message })
  const answer = (value) => say({ answers: message.programme.id, value: value === undefined ? null : value })
  try { answer(await (0, eval)(message.playerName)) } catch (error) { answer('threw ' + error.name) }
})
if (location.pathname.endsWith('steady')) setInterval(() => plazacast.send({ kind: 'hello', at: Date.now() }), 500)
if (location.pathname.endsWith('steady')) requestAnimationFrame(function beat() {
  plazacast.send({ kind: 'beat', at: Date.now(), presentedFrames: 0, on: null })
  setTimeout(() => requestAnimationFrame(beat), 250)
})
plazacast.send({ kind: 'hello', at: Date.now() })
</script></body></html>`
