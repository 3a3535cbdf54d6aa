import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Something the player told its broker: that it has taken a document (by the hash of its bytes), or a report. */
export type Told =
  | { readonly kind: 'acknowledged'; readonly sha256: string }
  | { readonly kind: 'report'; readonly topic: string; readonly payload: string }

/** One connection: what was told on it, each with the number of bytes that had been sent when it was complete. */
export type Heard = { readonly told: { readonly endsAt: number; readonly what: Told }[] }

/** A wire between a player and its broker that listens to MQTT 5. */
export type Overheard = { readonly port: number; readonly connections: readonly Heard[]; stop(): Promise<void> }

export async function overhear(brokerPort: number): Promise<Overheard> {
  const connections: Heard[] = []
  const sockets = new Set<Socket>()
  const server = createServer((player) => {
    const broker = connect(brokerPort, '127.0.0.1')
    const heard: Heard = { told: [] }
    connections.push(heard)
    const offered = new Map<number, string>()
    const up = readPackets((bytes, endsAt) => {
      const what = toldIn(bytes, offered)
      if (what) heard.told.push({ endsAt, what })
    })
    const down = readPackets((bytes) => {
      const publication = publicationIn(bytes)
      if (publication) offered.set(publication.packetId, sha256Of(publication.payload))
    })
    player.on('data', up).pipe(broker)
    broker.on('data', down).pipe(player)
    for (const [one, other] of [
      [player, broker],
      [broker, player],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()) // either end may be killed at any instant
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    connections,
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function toldIn(bytes: Buffer, offered: ReadonlyMap<number, string>): Told | undefined {
  const type = (bytes[0] ?? 0) >> 4
  if (type === 4) return { kind: 'acknowledged', sha256: offered.get(bytes.readUInt16BE(2)) ?? '' }
  const publication = publicationIn(bytes)
  return publication && { kind: 'report', topic: publication.topic, payload: publication.payload.toString() }
}

/** MQTT 5, 3.3: topic, packet id if QoS is not 0, properties, payload. */
function publicationIn(bytes: Buffer): { topic: string; packetId: number; payload: Buffer } | undefined {
  const [first = 0] = bytes
  if (first >> 4 !== 3) return undefined
  const body = bytes.subarray(1 + lengthAt(bytes, 1).size)
  const topicEnd = 2 + body.readUInt16BE(0)
  const hasId = (first & 0b110) !== 0
  const properties = lengthAt(body, topicEnd + (hasId ? 2 : 0))
  return {
    topic: body.subarray(2, topicEnd).toString(),
    packetId: hasId ? body.readUInt16BE(topicEnd) : 0,
    payload: body.subarray(topicEnd + (hasId ? 2 : 0) + properties.size + properties.value),
  }
}

/** Cuts a stream into control packets; `endsAt` counts bytes from the stream's start. */
function readPackets(each: (packet: Buffer, endsAt: number) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let passed = 0
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const length = lengthAt(rest, 1)
      const size = 1 + length.size + length.value
      if (length.size === 0 || rest.length < size) return
      passed += size
      each(rest.subarray(0, size), passed)
      rest = rest.subarray(size)
    }
  }
}

/** A variable byte integer (MQTT 5, 1.5.5); size 0: not all of it is there yet. */
function lengthAt(bytes: Buffer, at: number): { value: number; size: number } {
  let value = 0
  for (let size = 1; size <= 4; size++) {
    const byte = bytes[at + size - 1]
    if (byte === undefined) return { value: 0, size: 0 }
    value += (byte & 127) * 128 ** (size - 1)
    if (byte < 128) return { value, size }
  }
  throw new Error('no variable byte integer')
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
