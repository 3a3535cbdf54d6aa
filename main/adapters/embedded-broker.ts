import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { Aedes } from 'aedes'

/** A running broker for one machine. */
export type EmbeddedBroker = { readonly url: string; stop(): Promise<void> }

/**
 * An MQTT broker within this process, reachable from this machine only, for trying things out. It speaks MQTT 3.1.1 and
 * keeps nothing on disk. Takes another port when the wished one is in use.
 */
export async function startEmbeddedBroker(wishedPort: number): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker()
  const server = createServer(broker.handle)
  const port = await listen(server, wishedPort).catch(() => listen(server, 0))
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop: async () => {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      server.close()
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening') // rejects with the server's error
  const bound = server.address()
  return typeof bound === 'object' && bound ? bound.port : port
}
