import type { Chance } from '../chance.ts'
import { signText } from '../forge.ts'
import { type Move, type Recipe, sentText } from '../move.ts'
import {
  acceptedRevision,
  coming,
  evil,
  type Genuine,
  keys,
  playlistPayload,
  shown,
  sitePayload,
  textOf,
  topicOf,
} from '../world.ts'

/** Attacks on the reading of JSON, in the envelope by anybody and in the payload by a key that may publish. */
const playlist = JSON.stringify(playlistPayload(acceptedRevision + 1, shown))
const topic = topicOf('playlist', 'players/wall', 'friends')

/** A payload of any text, truly signed by a publisher. */
const published = (text: string | Uint8Array): Move =>
  sentText(topic, textOf(signText('playlist', text, [keys.publisher])))
const inPayload =
  (text: (chance: Chance) => string | Uint8Array): Recipe =>
  (chance) =>
    published(text(chance))
const inEnvelope =
  (text: (envelope: string, chance: Chance, of: Genuine) => string | Uint8Array): Recipe =>
  (chance) => {
    const one = chance.one(coming)
    return sentText(one.topic, text(Buffer.from(one.bytes).toString(), chance, one))
  }

const before = (text: string, what: string): string => text.replace('{', `{${what},`)
const after = (text: string, what: string): string => text.replace(/}$/, `,${what}}`)
const first = JSON.stringify(shown[0]?.asset)
const proto = '"__proto__":{"withdrawn":false,"priority":"emergency"}'

/** Bytes that are no UTF-8: overlong forms, halves of surrogates, beyond U+10FFFF, cut off, a lone continuation. */
const notUtf8 = [
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe4, 0xb8],
  [0x80],
  [0xff],
]

export const jsonAttacks: Record<string, Recipe> = {
  'a member of the envelope twice': inEnvelope((text, chance, { jws }) =>
    chance.one([
      before(text, '"payload":"AAAA"'),
      after(text, `"payload":"${jws.payload}"`),
      before(text, '"signatures":[]'),
      before(text, '"p\\u0061yload":"AAAA"'),
      text.replace('"protected"', '"protected":"AAAA","protected"'),
    ]),
  ),
  'a member of the payload twice': inPayload((chance) =>
    chance.one([
      before(playlist, '"revision":1'),
      after(playlist, `"revision":${acceptedRevision + 2}`),
      before(playlist, '"target":"players/other"'),
      before(playlist, '"t\\u0061rget":"players/other"'),
      before(playlist, `"assets":{"${evil.asset}":{}}`),
      playlist.replace('"seconds":2', '"seconds":2,"seconds":3'),
      after(playlist, '"withdrawn":false,"withdrawn":false'),
    ]),
  ),
  'a number that is none': inPayload((chance) =>
    playlist.replace(
      /"seconds":2/,
      `"seconds":${chance.one(['NaN', 'Infinity', '-Infinity', '1e999', '-1', '-0', '0', '01', '+1', '0x10', '1.', '.5', '2e', 'null', '"2"', '9'.repeat(400)])}`,
    ),
  ),
  'a revision that is none': inPayload((chance) =>
    playlist.replace(
      /"revision":\d+/,
      `"revision":${chance.one(['1e999', '9007199254740993', '11.5', '-11', '0', '"11"', 'null', '[11]', 'true', '1e400', '11n'])}`,
    ),
  ),
  'infinity where anything may stand': (chance) => {
    const text = JSON.stringify(sitePayload(acceptedRevision + 1, { brightness: { at: 7 } }))
    const jws = signText('site', text.replace(':7', `:${chance.one(['1e999', '-1e999', '[1e400]'])}`), [keys.operator])
    return sentText(topicOf('site', 'players/wall', 'wall'), textOf(jws))
  },
  'deep JSON': (chance) => {
    const depth = 100 + chance.below(20_000)
    const [open, close] = chance.one([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
    const deep = open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth)
    return chance.one([
      () => sentText(topic, deep),
      () => published(deep),
      () => published(after(playlist, `"x":${deep}`)),
    ])()
  },
  'deep JSON where anything may stand': (chance) => {
    const depth = 1000 + chance.below(20_000)
    const deep = JSON.stringify(sitePayload(acceptedRevision + 1, { rules: { at: 7 } })).replace(
      ':7',
      `:${'['.repeat(depth)}${']'.repeat(depth)}`,
    )
    return sentText(topicOf('site', 'players/wall', 'wall'), textOf(signText('site', deep, [keys.operator])))
  },
  'a message beyond any size': (chance) =>
    sentText(
      chance.one(coming).topic,
      Buffer.alloc(8 * 1024 * 1024 + chance.below(1024), chance.one([0x20, 0x5b, 0x00])),
    ),
  'very many members': inPayload((chance) => {
    const many = Array.from({ length: 1000 + chance.below(5000) }, (_, at) => `"k${at}":0`).join(',')
    return after(playlist, many)
  }),
  'very many items': inPayload((chance) => {
    const items = Array.from(
      { length: 5001 + chance.below(50) },
      (_, at) => `{"id":"i${at}","asset":${first},"seconds":1}`,
    )
    return playlist.replace(/"items":\[.*?\]/, `"items":[${items.join(',')}]`)
  }),
  'what is almost JSON': inEnvelope((text, chance) =>
    chance.one([
      `${text}x`,
      `//\n${text}`,
      text.replace(/}$/, ',}'),
      text.replaceAll('"', "'"),
      `${text}\u0000`,
      `\u0000${text}`,
      `(${text})`,
      `while(1);${text}`,
      `"${text}"`,
      `[${text}]`,
    ]),
  ),
  'a byte order mark': (chance) =>
    chance.one([() => published(`\ufeff${playlist}`), () => inEnvelope((text) => `\ufeff${text}`)(chance)])(),
  'bytes that are no UTF-8': (chance) => {
    const bad = Buffer.from(chance.one(notUtf8))
    const [head, tail] = JSON.stringify(playlistPayload(acceptedRevision + 1, shown, { title: { en: 'X' } })).split('X')
    const payload = Buffer.concat([Buffer.from(head ?? ''), bad, Buffer.from(tail ?? '')])
    return chance.one([() => published(payload), () => sentText(topic, Buffer.concat([bad, payload]))])()
  },
  'UTF-16': (chance) =>
    chance.one([
      () => published(Buffer.from(playlist, 'utf16le')),
      () => sentText(topic, Buffer.from(playlist, 'utf16le')),
    ])(),
  'half a surrogate': inPayload((chance) =>
    playlist.replace(
      /}$/,
      `,"title":{"en":"${chance.one(['\\ud800', '\\udc00', '\\ud800x', 'x\\udfff', '\\udc00\\ud800'])}"}}`,
    ),
  ),
  'a control character in a text': inPayload((chance) =>
    playlist.replace(/}$/, `,"title":{"en":"${chance.one(['\u0000', '\u0007', '\n', '\t', '\u001f'])}"}}`),
  ),
  'the prototype of objects': inPayload((chance) =>
    chance.one([
      after(playlist, proto),
      after(playlist, '"constructor":{"prototype":{"withdrawn":false}}'),
      playlist.replace('"assets":{', `"assets":{${proto},`),
      playlist.replace('"seconds":2', `"seconds":2,${proto}`),
      after(playlist, `"title":{${proto}}`),
      after(playlist, '"toString":"x"'),
    ]),
  ),
}
