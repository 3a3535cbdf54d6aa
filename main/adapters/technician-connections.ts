import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { isNearAddress } from '../../shared/neighbours/near-address.ts'

const mostConnections = 64
const mostConnectionsEach = 12

/** Few connections, few of one address, none from beyond the local network, none that says nothing for long. */
export function limitConnections(server: Server): () => void {
  const open = new Map<string, number>()
  const sockets = new Set<Socket>()
  /** By their far end: under TLS a request comes on another socket than the connection. */
  const spoken = new Set<string>()
  server.on('request', ({ socket }) => void spoken.add(farEnd(socket)))
  /** Whoever has never finished a request makes way for who may. */
  function hasRoom(): boolean {
    if (sockets.size < mostConnections) return true
    const idle = [...sockets].find((socket) => !spoken.has(farEnd(socket)))
    idle?.destroy()
    return idle !== undefined && sockets.delete(idle)
  }
  server.timeout = 15_000
  server.on('connection', (socket: Socket) => {
    const client = clientOf(socket)
    const count = (open.get(client) ?? 0) + 1
    if (!isNearAddress(client) || count > mostConnectionsEach || !hasRoom()) return void socket.destroy()
    open.set(client, count)
    sockets.add(socket)
    const end = farEnd(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      spoken.delete(end)
      const left = (open.get(client) ?? 1) - 1
      if (left > 0) open.set(client, left)
      else open.delete(client)
    })
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy()) // plain HTTP, or a browser that does not like the certificate
  server.on('clientError', (_error, socket) => socket.destroy()) // not HTTP, too large or too slow
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

/** The address that asks, as IPv4. */
export const clientOf = ({ remoteAddress = '' }: Socket): string => remoteAddress.replace(/^::ffff:/i, '')

const farEnd = (socket: Socket): string => `${clientOf(socket)} ${socket.remotePort}`

/** Whether a client asks few times a second. Counts by second; what was counted before is forgotten all at once. */
export function rateOf(most: number): { isFew(client: string): boolean } {
  let second = 0
  const counts = new Map<string, number>()
  return {
    isFew(client) {
      const now = Math.floor(performance.now() / 1000)
      if (now !== second) counts.clear()
      second = now
      const count = (counts.get(client) ?? 0) + 1
      counts.set(client, count)
      return count <= most
    },
  }
}
