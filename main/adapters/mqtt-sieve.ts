import { Transform } from 'node:stream'

/** A packet that was left out, and why; `packetId` is set if the broker waits for its acknowledgement. */
export type Poison = { readonly topic: string; readonly reason: string; readonly packetId: number | undefined }

const publish = 3
const longestTopicBytes = 1024
/** Nothing but PUBLISH is ever long. */
const longestOtherBytes = 64 * 1024

/**
 * Leaves out PUBLISH packets that the client's parser would end the connection for, or that are larger than was asked for, and
 * lets everything else through as it is. A packet's length stands before it (MQTT 5, 2.1), so what lies behind a
 * malformed one can be had: without this, one retained message keeps a player from all that the broker sends after it.
 * What is too large is dropped as it streams, never held.
 */
export function createMqttSieve(
  protocol: 4 | 5,
  maximumPacketBytes: number,
  onPoison: (poison: Poison) => void,
): Transform {
  let held: Buffer = Buffer.alloc(0)
  /** What came since, joined to it once there is enough of it to go on: joining at each chunk would cost the square of the size. */
  let arrived: Buffer[] = []
  let arrivedBytes = 0
  let neededBytes = 0
  let skipBytes = 0

  /** Takes one packet, or part of one that is skipped; false: more bytes are needed. */
  function step(sieve: Transform): boolean {
    if (skipBytes > 0) {
      const skipped = Math.min(skipBytes, held.length)
      held = held.subarray(skipped)
      skipBytes -= skipped
      return skipBytes === 0 && held.length > 0
    }
    const length = lengthOf(held)
    if (length === 'incomplete') return false
    if (length === 'malformed') {
      sieve.push(held) // nobody knows where the next packet begins: the parser ends the connection
      held = Buffer.alloc(0)
      return false
    }
    const [headerBytes, bodyBytes] = length
    const isPublish = (held[0] ?? 0) >> 4 === publish
    if (bodyBytes > (isPublish ? maximumPacketBytes : longestOtherBytes))
      return leaveOutLong(isPublish, headerBytes, bodyBytes)
    if (held.length < headerBytes + bodyBytes) {
      neededBytes = headerBytes + bodyBytes
      return false
    }
    const packet = held.subarray(0, headerBytes + bodyBytes)
    held = held.subarray(packet.length)
    const poison = isPublish ? poisonIn(packet, headerBytes, protocol) : undefined
    if (poison) onPoison(poison)
    else sieve.push(packet)
    return held.length > 0
  }

  function leaveOutLong(isPublish: boolean, headerBytes: number, bodyBytes: number): boolean {
    const head = isPublish ? headOf(held, headerBytes) : undefined
    if (head === 'incomplete') return false
    if (head) onPoison({ ...head, reason: `${bodyBytes} bytes, expected at most ${maximumPacketBytes}` })
    skipBytes = headerBytes + bodyBytes
    return held.length > 0
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      arrived.push(chunk)
      arrivedBytes += chunk.length
      if (held.length + arrivedBytes >= neededBytes) {
        held = Buffer.concat([held, ...arrived])
        arrived = []
        arrivedBytes = 0
        neededBytes = 0
        while (step(this)) {}
      }
      done()
    },
  })
}

/** Bytes of the fixed header, and of what follows it (MQTT 5, 1.5.5: at most four bytes of seven bits each). */
function lengthOf(bytes: Buffer): readonly [number, number] | 'incomplete' | 'malformed' {
  const read = readVariable(bytes, 1)
  if (read === undefined) return bytes.length >= 5 ? 'malformed' : 'incomplete'
  return [read.end, read.value]
}

function readVariable(bytes: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < 4; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  return undefined
}

type Head = { readonly topic: string; readonly packetId: number | undefined }

/** Topic and packet identifier of a PUBLISH that is still arriving. */
function headOf(bytes: Buffer, headerBytes: number): Head | 'incomplete' {
  if (bytes.length < headerBytes + 2) return 'incomplete'
  const topicEnd = headerBytes + 2 + bytes.readUInt16BE(headerBytes)
  if (bytes.length < topicEnd + 2) return 'incomplete'
  return { topic: bytes.toString('utf8', headerBytes + 2, topicEnd), packetId: packetIdAt(bytes, topicEnd) }
}

const qosOf = (bytes: Buffer): number => ((bytes[0] ?? 0) >> 1) & 3

const packetIdAt = (bytes: Buffer, at: number): number | undefined => {
  const qos = qosOf(bytes)
  return (qos === 1 || qos === 2) && at + 2 <= bytes.length ? bytes.readUInt16BE(at) : undefined
}

/** Why a complete PUBLISH cannot be given to the parser; undefined if it can. */
function poisonIn(packet: Buffer, headerBytes: number, protocol: 4 | 5): Poison | undefined {
  const topicEnd = packet.length >= headerBytes + 2 ? headerBytes + 2 + packet.readUInt16BE(headerBytes) : Infinity
  if (topicEnd > packet.length) return { topic: '', packetId: undefined, reason: 'is shorter than it says' }
  const packetId = packetIdAt(packet, topicEnd)
  const name = packet.subarray(headerBytes + 2, topicEnd)
  const poison = (reason: string): Poison => ({ topic: name.toString('utf8').slice(0, 200), packetId, reason })
  if (qosOf(packet) === 3) return poison('has no quality of service')
  if (qosOf(packet) > 0 && !packetId) return poison('has no packet identifier')
  if (name.length > longestTopicBytes) return poison('has a topic that is too long')
  if (name.length === 0) return poison('has no topic, but an alias that was not asked for')
  if (!isUtf8(name) || /[+#\0]/.test(name.toString('utf8'))) return poison('has a topic that is none')
  if (protocol === 4) return undefined
  const objection = propertyObjection(packet, topicEnd + (qosOf(packet) > 0 ? 2 : 0))
  return objection === undefined ? undefined : poison(objection)
}

/** Walks over the properties of a PUBLISH (MQTT 5, 3.3.2.3). */
function propertyObjection(packet: Buffer, start: number): string | undefined {
  const length = readVariable(packet, start)
  if (!length || length.end + length.value > packet.length) return 'has properties that are cut off'
  const properties = packet.subarray(length.end, length.end + length.value)
  for (let at = 0; at < properties.length; ) {
    if (properties[at] === topicAlias) return 'has a topic alias that was not asked for'
    const end = endOfProperty(properties, at)
    if (end === undefined || end > properties.length) return 'has a property that is malformed'
    at = end
  }
  return undefined
}

const topicAlias = 0x23

/** Where the property that begins here ends; undefined if it is none of a PUBLISH. */
function endOfProperty(properties: Buffer, at: number): number | undefined {
  const value = at + 1
  const sized = (from: number): number | undefined =>
    from + 2 <= properties.length ? from + 2 + properties.readUInt16BE(from) : undefined
  switch (properties[at]) {
    case 0x01: // payload format indicator
      return value + 1
    case 0x02: // message expiry interval
      return value + 4
    case 0x03: // content type
    case 0x08: // response topic
    case 0x09: // correlation data
      return sized(value)
    case 0x26: {
      const name = sized(value) // user property: name and value
      return name === undefined ? undefined : sized(name)
    }
    case 0x0b: // subscription identifier
      return readVariable(properties, value)?.end
    default:
      return undefined
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false // a TypeError is how the decoder says so
  }
}
