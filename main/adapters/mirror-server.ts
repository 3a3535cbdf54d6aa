import { once } from 'node:events'
import { createServer } from 'node:http'

/** A running mirror. */
export type Mirror = { readonly url: string; stop(): void }

/**
 * Shows the wall in a browser on this machine, a picture a second, for walls without a display. Reachable from this machine
 * only. Takes another port when the wished one is in use.
 */
export async function startMirror(wishedPort: number, screenshot: () => Promise<Uint8Array>): Promise<Mirror> {
  const server = createServer((request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      response.writeHead(403).end()
    } else if (request.url === '/') {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page)
    } else if (request.url?.startsWith('/wall.png')) {
      screenshot().then(
        (png) => response.setHeader('Content-Type', 'image/png').end(png),
        () => response.writeHead(503).end(),
      )
    } else {
      response.writeHead(404).end()
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening') // rejects with the server's error
  }
  await listen(wishedPort).catch(() => listen(0))
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : wishedPort
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const page = `<!doctype html><meta charset="utf-8"><title>Plazacast: the wall</title>
<style>body{margin:0;background:#15171c;display:grid;place-items:center;height:100vh}img{max-width:96vw;max-height:96vh}</style>
<img alt="the wall" src="/wall.png"><script>
const wall = document.querySelector('img')
const again = () => setTimeout(() => { wall.src = '/wall.png?' + Date.now() }, 1000)
wall.onload = again
wall.onerror = again
</script>`
