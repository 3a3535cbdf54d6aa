import { createHash } from 'node:crypto'
import type { Chance } from '../chance.ts'
import { encoded } from '../forge.ts'
import { type Move, type Recipe, sent, sentText } from '../move.ts'
import { accepted, coming, foreign, former, type Genuine, prefix } from '../world.ts'

/** Attacks by someone who holds the broker and no key: bytes of true documents, changed. */
const whatever = (chance: Chance): Genuine => chance.one([...coming, ...accepted, ...former, ...foreign])
const text = (one: Genuine): string => Buffer.from(one.bytes).toString()
const maybeGenuine = (topic: string, bytes: Uint8Array): Move => ({ topic, bytes, expected: 'genuine' })

/** The envelope of a document that would be taken, with one member replaced. */
const changed = (part: (one: Genuine, chance: Chance) => object): Recipe => {
  return (chance) => {
    const one = chance.one(coming)
    return sent(one.topic, { ...one.jws, ...part(one, chance) })
  }
}
const signaturesOf = (part: (signature: string, chance: Chance) => string): Recipe =>
  changed((one, chance) => ({
    signatures: one.jws.signatures.map((each) => ({ ...each, signature: part(each.signature, chance) })),
  }))

function flipped(base64url: string, chance: Chance): string {
  const bytes = Buffer.from(base64url, 'base64url')
  const at = chance.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8))
  return bytes.toString('base64url')
}

/** The order of the group of Ed25519 (RFC 8032, 5.1), least significant byte first. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n

/** S + L instead of S: the same signature to a verifier that does not check the range (RFC 8032, 5.1.7). */
function malleated(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url')
  let sum = BigInt(`0x${Buffer.from(bytes.subarray(32).toReversed()).toString('hex')}`) + order
  for (let at = 32; at < 64; at += 1, sum >>= 8n) bytes[at] = Number(sum & 255n)
  return bytes.toString('base64url')
}

/** The last character of 64 bytes in base64url carries four bits that mean nothing, and must be zero. */
const notCanonical = (signature: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return signature.slice(0, -1) + (alphabet[alphabet.indexOf(signature.slice(-1)) + 1] ?? 'B')
}

export const envelopeAttacks: Record<string, Recipe> = {
  'a bit of the payload is flipped': changed((one, chance) => ({ payload: flipped(one.jws.payload, chance) })),
  'a bit of a signature is flipped': signaturesOf(flipped),
  'a bit of a header is flipped': changed((one, chance) => ({
    signatures: one.jws.signatures.map((each) => ({ ...each, protected: flipped(each.protected, chance) })),
  })),
  'any byte of the message is changed': (chance) => {
    const one = whatever(chance)
    const bytes = Buffer.from(one.bytes)
    bytes[chance.below(bytes.length)] = chance.below(256)
    return maybeGenuine(one.topic, bytes)
  },
  'a piece of the message is cut out, doubled or moved': (chance) => {
    const one = whatever(chance)
    const [from, to] = [chance.below(one.bytes.length), chance.below(one.bytes.length)].toSorted((a, b) => a - b)
    const piece = one.bytes.slice(from, to)
    const rest = [...one.bytes.slice(0, from), ...one.bytes.slice(to ?? 0)]
    const at = chance.below(rest.length + 1)
    const middle = chance.one([[], piece, [...piece, ...piece]])
    return maybeGenuine(one.topic, Uint8Array.from([...rest.slice(0, at), ...middle, ...rest.slice(at)]))
  },
  'the message ends early': (chance) => {
    const one = whatever(chance)
    return sentText(one.topic, one.bytes.slice(0, 1 + chance.below(one.bytes.length - 1)))
  },
  'two messages are one': (chance) => {
    const one = chance.one(coming)
    return sentText(one.topic, Buffer.concat([one.bytes, whatever(chance).bytes]))
  },
  'the head of one message and the tail of another': (chance) => {
    const [one, other] = [chance.one(coming), whatever(chance)]
    const at = chance.below(one.bytes.length)
    return maybeGenuine(one.topic, Buffer.concat([one.bytes.slice(0, at), other.bytes.slice(at)]))
  },
  noise: (chance) =>
    sentText(whatever(chance).topic, Uint8Array.from([...chance.bytes(chance.below(300)), chance.below(256)])),
  'no signatures': changed(() => ({ signatures: [] })),
  'a signature of another length': signaturesOf((signature, chance) =>
    chance.one([signature.slice(0, 80), `${signature}AA`, '', `${signature}==`, 'A'.repeat(10_000)]),
  ),
  'a signature of zeros, or of the identity': signaturesOf((_, chance) =>
    chance.one([encoded(Buffer.alloc(64)), encoded(Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))]),
  ),
  'a signature with S + L': signaturesOf(malleated),
  'a signature in base64url that is not canonical': signaturesOf(notCanonical),
  'base64 instead of base64url, or padded, or spaced': changed((one, chance) => ({
    payload: chance.one([`${one.jws.payload}=`, `${one.jws.payload}\n`, ` ${one.jws.payload}`, `${one.jws.payload}+/`]),
  })),
  'the signatures of another document': (chance) => {
    const [one, other] = [chance.one(coming), chance.one([...accepted, ...former, ...foreign])]
    return sent(one.topic, { ...one.jws, signatures: other.jws.signatures })
  },
  'seventeen signatures': changed((one) => ({ signatures: Array(17).fill(one.jws.signatures[0]) })),
  'the same signature many times': (chance) => {
    const one = chance.one(coming)
    const signatures = Array(2 + chance.below(15)).fill(one.jws.signatures[0])
    return maybeGenuine(one.topic, Buffer.from(JSON.stringify({ ...one.jws, signatures }))) // counted once
  },
  'a member too many': changed((one, chance) =>
    chance.one([
      { header: { kid: 'x' } },
      { extra: 1 },
      { protected: one.jws.signatures[0]?.protected },
      { signature: 'A' },
      { signatures: one.jws.signatures.map((each) => ({ ...each, header: { alg: 'none' } })) },
    ]),
  ),
  'another serialization of JWS': (chance) => {
    const one = chance.one(coming)
    const [first] = one.jws.signatures
    const compact = `${first?.protected}.${one.jws.payload}.${first?.signature}`
    return chance.one([
      sentText(one.topic, compact),
      sent(one.topic, compact),
      sent(one.topic, { payload: one.jws.payload, ...first }),
    ])
  },
  'the payload without its envelope': (chance) => {
    const one = chance.one(coming)
    return sent(one.topic, one.payload)
  },
  'an envelope in an envelope': (chance) => {
    const one = chance.one(coming)
    return sent(one.topic, { ...one.jws, payload: encoded(text(one)) })
  },
  'a wrong type for a member': changed((_, chance) =>
    chance.one([
      { payload: null },
      { payload: 7 },
      { payload: {} },
      { signatures: {} },
      { signatures: null },
      { signatures: [null] },
      { signatures: [[]] },
    ]),
  ),
  'a pointer to nowhere': (chance) => {
    const one = chance.one(coming)
    const sha256 = createHash('sha256').update(one.bytes).digest('hex')
    const urls = chance.one([
      [],
      ['file:///etc/passwd'],
      ['http://user:pass@127.0.0.1/'],
      ['javascript:alert(1)'],
      ['//127.0.0.1/x'],
      ['http://127.0.0.1:1/\u0000'],
      Array(17).fill('http://127.0.0.1:1/x'),
    ])
    const bytes = chance.one([one.bytes.length, 0, -1, 1e15, 0.5, '7'])
    const broken = urls.length === 1 && urls[0] === 'http://127.0.0.1:1/\u0000' ? 0 : bytes
    return sent(one.topic, { kind: 'pointer', sha256, bytes: broken, urls })
  },
  'no topic of documents': (chance) => {
    const one = chance.one(coming)
    const below = chance.one(['', '/', '/x', '//trust', '/players/wall', '/players/wall/state', '/clock/request'])
    return sentText(`${prefix}${below}`, one.bytes)
  },
}
