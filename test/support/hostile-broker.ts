import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

/** A broker written by hand, which sends whatever bytes it is told to. */
export type HostileBroker = {
  readonly url: string
  /** How many clients have connected so far. */
  readonly connections: () => number
  /** What the clients have sent, in order. */
  readonly received: readonly Packet[]
  /** Sent to a client as soon as it subscribes to a filter that matches. */
  retain(filter: RegExp, ...bytes: Buffer[]): void
  /** The reason with which it acknowledges a publication to this topic. */
  refuse(topic: string, reasonCode: number): void
  /** It never acknowledges a publication to this topic. */
  ignore(topic: string): void
  stop(): Promise<void>
}

export async function startHostileBroker(): Promise<HostileBroker> {
  const retained: { filter: RegExp; bytes: Buffer[] }[] = []
  const refused = new Map<string, number>()
  const ignored = new Set<string>()
  const received: Packet[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {}) // a client that goes away in the middle
    socket.on('close', () => sockets.delete(socket))
    const read = parser({ protocolVersion: 5 })
    const send = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }))
    read.on('packet', (packet) => {
      received.push(packet)
      if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, sessionPresent: false } as Packet)
      if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' })
      if (packet.cmd === 'publish' && packet.qos === 1 && !ignored.has(packet.topic)) {
        send({ cmd: 'puback', messageId: packet.messageId, reasonCode: refused.get(packet.topic) ?? 0 } as Packet)
      }
      if (packet.cmd === 'subscribe') {
        send({ cmd: 'suback', messageId: packet.messageId, granted: packet.subscriptions.map(() => 1) } as Packet)
        for (const { topic } of packet.subscriptions) {
          for (const one of retained) if (one.filter.test(topic)) for (const bytes of one.bytes) socket.write(bytes)
        }
      }
    })
    socket.on('data', (bytes) => void read.parse(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    connections: () => connections,
    received,
    retain: (filter, ...bytes) => void retained.push({ filter, bytes }),
    refuse: (topic, reasonCode) => void refused.set(topic, reasonCode),
    ignore: (topic) => void ignored.add(topic),
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A good PUBLISH of quality of service 1. */
export const publication = (topic: string, payload: Buffer, messageId: number): Buffer =>
  generate({ cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false, messageId }, { protocolVersion: 5 })

/** A PUBLISH from its parts, good or not: topic bytes, packet identifier, properties as they stand, payload. */
export function rawPublication(topic: Buffer, messageId: number, properties: Buffer, payload: Buffer): Buffer {
  const name = Buffer.concat([Buffer.from([topic.length >> 8, topic.length & 0xff]), topic])
  const id = Buffer.from([messageId >> 8, messageId & 0xff])
  const body = Buffer.concat([name, id, properties, payload])
  return Buffer.concat([Buffer.from([0x33]), variable(body.length), body])
}

function variable(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 0x80)
  }
}
