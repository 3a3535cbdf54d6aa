import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A wire to a broker that can be cut, in the middle of whatever is on it. */
export type CutWire = {
  readonly url: string
  /** Ends every connection at once, without a word. */
  cut(): void
  stop(): Promise<void>
}

export async function startCutWire(port: number): Promise<CutWire> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    cut,
    async stop() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
