import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A wire between a player and its broker that can go deaf: bytes are taken and go nowhere. */
export type BrokerWire = {
  readonly url: string
  /** What the broker says is swallowed; connections stay open. */
  deafen(): void
  hear(): void
  /** Ends every connection, and takes no other until `hear`. */
  cut(): void
  stop(): Promise<void>
}

export async function startBrokerWire(port: number): Promise<BrokerWire> {
  let state: 'open' | 'deaf' | 'cut' = 'open'
  const sockets = new Set<Socket>()
  const server = createServer((player) => {
    if (state === 'cut') return void player.destroy()
    const broker = connect(port, '127.0.0.1')
    for (const socket of [player, broker]) {
      sockets.add(socket)
      socket.on('error', () => {}) // the other side ends with it
      socket.on('close', () => {
        sockets.delete(socket)
        player.destroy()
        broker.destroy()
      })
    }
    player.on('data', (bytes) => broker.write(bytes))
    broker.on('data', (bytes) => {
      if (state !== 'deaf') player.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    deafen() {
      state = 'deaf'
    },
    hear() {
      if (state === 'deaf') cutAll() // what was swallowed is missing from the stream: it begins anew
      state = 'open'
    },
    cut() {
      state = 'cut'
      cutAll()
    },
    async stop() {
      cutAll()
      server.close()
    },
  }
}
