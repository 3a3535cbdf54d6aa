import type { Chance } from '../chance.ts'
import { encoded, type ForgeKey, headerOf, signatureOver } from '../forge.ts'
import { type Move, type Recipe, sent } from '../move.ts'
import { coming, type Genuine, keys } from '../world.ts'

/** Attacks by someone who can have a true key sign a true payload, and plays with the header: `alg`, `kid`, `typ`, `crit`. */
const ownersOf = (one: Genuine): ForgeKey[] =>
  one.jws.signatures.flatMap(({ protected: header }) => {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    return Object.values(keys).filter((key) => key.kid === kid)
  })

/** Signs what is to come once more, truly, under another header text. */
const under =
  (headerText: (header: Record<string, unknown>, chance: Chance) => string): Recipe =>
  (chance) => {
    const one = chance.one(coming)
    const signatures = ownersOf(one).map((key) =>
      signatureOver(encoded(headerText(headerOf(one.kind, key), chance)), one.jws.payload, key),
    )
    return sent(one.topic, { payload: one.jws.payload, signatures })
  }
const withHeader = (more: (chance: Chance) => object): Recipe =>
  under((header, chance) => JSON.stringify({ ...header, ...more(chance) }))

/** The kid of an entitled key over the signature of a stranger. */
function impersonated(chance: Chance): Move {
  const one = chance.one(coming)
  const signatures = ownersOf(one).map((key) =>
    signatureOver(encoded(JSON.stringify(headerOf(one.kind, key))), one.jws.payload, keys.stranger),
  )
  return sent(one.topic, { payload: one.jws.payload, signatures })
}

export const headerAttacks: Record<string, Recipe> = {
  'another algorithm': withHeader((chance) => ({
    alg: chance.one([
      'none',
      'None',
      'HS256',
      'RS256',
      'ES256',
      'EdDSA ',
      'eddsa',
      'Ed448',
      '',
      null,
      7,
      ['EdDSA'],
      {},
    ]),
  })),
  'no algorithm, kid or typ': under((header, chance) =>
    JSON.stringify({ ...header, [chance.one(['alg', 'kid', 'typ'])]: undefined }),
  ),
  'an algorithm without a key': (chance) => {
    const one = chance.one(coming)
    const header = { ...headerOf(one.kind, keys.publisher), alg: chance.one(['none', 'EdDSA']) }
    const signature = chance.one(['', 'A', 'A'.repeat(86)])
    return sent(one.topic, {
      payload: one.jws.payload,
      signatures: [{ protected: encoded(JSON.stringify(header)), signature }],
    })
  },
  'critical extensions, and a payload that is not encoded': withHeader((chance) =>
    chance.one([
      { crit: ['b64'], b64: false },
      { b64: false },
      { crit: [] },
      { crit: ['exp'], exp: 0 },
      { crit: ['alg'] },
    ]),
  ),
  'a key that comes along': withHeader((chance) =>
    chance.one<object>([
      { jwk: keys.stranger.jwk },
      { jku: 'https://evil.example/keys.json' },
      { x5c: ['AAAA'] },
      { x5u: 'file:///etc/passwd' },
      { zip: 'DEF' },
    ]),
  ),
  'a kid that is no thumbprint': withHeader((chance) => ({
    kid: chance.one([
      '',
      '../../root',
      'A'.repeat(42),
      'A'.repeat(44),
      '__proto__',
      'constructor',
      '\u0000',
      null,
      1,
      [],
    ]),
  })),
  'the kid of another, entitled key': withHeader((chance) => ({
    kid: chance.one([keys.approver3, keys.both, keys.revokedPublisher, keys.stranger, keys.revokedRoot]).kid,
  })),
  'the kid of the owner, the signature of a stranger': impersonated,
  'another typ': withHeader((chance) => ({
    typ: chance.one([
      ...['', 'JWT', 'application/plazacast-playlist+json', 'PLAZACAST-PLAYLIST+JSON', 'plazacast-playlist+json '],
      ...['plazacast-approval+json', 'plazacast-command+json', 'plazacast-plays-head+json', null, 7],
    ]),
  })),
  'a header with a member twice': under((header, chance) => {
    const text = JSON.stringify(header)
    return chance.one([
      text.replace('{', '{"alg":"none",'),
      text.replace('{', `{"kid":"${keys.stranger.kid}",`),
      text.replace('{', '{"typ":"plazacast-trust+json",'),
      text.replace('"alg"', '"\\u0061lg":"none","alg"'),
    ])
  }),
  'a header that is no object': under((header, chance) =>
    chance.one(['', 'null', '[]', '"EdDSA"', '{', `[${JSON.stringify(header)}]`, '{"alg":1e999}', 'NaN']),
  ),
  'a header of many bytes': withHeader((chance) => ({ [chance.one(['x', 'kid', 'typ'])]: 'A'.repeat(2000) })),
}
