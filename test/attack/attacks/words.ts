import type { Jws } from '../../../shared/documents/jws.ts'
import type { Words } from '../../../shared/trust/words.ts'
import type { Chance } from '../chance.ts'
import type { Payload } from '../forge.ts'
import { type Move, type Recipe, signedBy } from '../move.ts'
import {
  acceptedRevision,
  approvalOf,
  approve,
  approveWords,
  evil,
  type Fact,
  keys,
  playlistPayload,
  said,
  shown,
  spokenApprovals,
} from '../world.ts'

/** Attacks by a stolen publisher's key on what is said beside approved pictures. Trust asks for approved words. */
const next = acceptedRevision + 1
const [dawn = evil, noon = evil, dusk = evil] = shown
const [besideDawn = {}, besideNoon = {}] = said
const everything = [...shown.map(approvalOf), ...spokenApprovals]
const two = [keys.approver1, keys.approver2]

/** Items of these assets with these words, and all approvals that lie about. */
function saying(items: readonly (readonly [Fact, Payload])[], more: readonly Jws[] = []): Move {
  const of = items.map(([one]) => one)
  const spoken = items.map(([{ asset }, words], index) => ({ id: `item-${index + 1}`, asset, seconds: 2, ...words }))
  const payload = playlistPayload(next, of, { items: spoken, approvals: [...everything, ...more] })
  return signedBy('playlist', payload, keys.publisher)
}

const evilWords = (chance: Chance): Payload =>
  chance.one<Payload>([
    { caption: { en: 'Obey' } },
    { caption: {} },
    { credit: { author: 'Eve' } },
    { credit: {} },
    { hashtag: '#obey' },
    { hashtag: '' },
    { qr: 'https://evil.example/' },
    { qr: 'http://city.example/cafe', caption: besideDawn.caption },
  ])

/** The approved words with one thing changed. */
const almost = (chance: Chance): Payload => {
  const { caption = {}, qr = '' } = besideDawn
  return chance.one<Payload>([
    { caption },
    { qr },
    { caption: { ...caption, fr: 'Café' }, qr },
    { caption: { en: caption.en }, qr },
    { caption: { en: caption.zh, zh: caption.en }, qr },
    { caption: { ...caption, en: `${caption.en} ` }, qr },
    { caption: { ...caption, en: `\u200b${caption.en}` }, qr },
    { caption: { ...caption, en: `\u202e${caption.en}` }, qr },
    { caption: { EN: caption.en, zh: caption.zh }, qr },
    { caption, qr: `${qr}/` },
    { caption, qr: `${qr}?to=evil` },
    { caption, qr: qr.replace('https', 'HTTPS') },
    { caption, qr: qr.replace('city', 'c\u0456ty') },
    { caption, qr, hashtag: '#obey' },
    { caption, qr, credit: {} },
  ])
}

const normalized = (form: 'NFC' | 'NFD', text: string): string => text.normalize(form)

export const wordAttacks: Record<string, Recipe> = {
  'other words beside an approved picture': (chance) => saying([[dawn, evilWords(chance)]]),
  'approved words with something changed': (chance) => saying([[dawn, almost(chance)]]),
  'words beside a picture that was approved without': (chance) =>
    saying([[dusk, chance.one([evilWords(chance), ...said])]]),
  'words of another picture': (chance) =>
    saying(
      chance.one<[Fact, Words][]>([
        [
          [dawn, besideNoon],
          [noon, besideDawn],
        ],
        [[dawn, besideNoon]],
        [[dawn, { ...besideDawn, ...besideNoon }]],
        [
          [dawn, besideDawn],
          [noon, besideDawn],
        ],
      ]),
    ),
  'words in another Unicode normalization': (chance) => {
    const { caption = {}, qr } = besideDawn
    const decomposed = { caption: { ...caption, en: normalized('NFD', caption.en ?? '') }, qr }
    const composed = { caption: { ...caption, en: normalized('NFC', caption.en ?? '') }, qr }
    return chance.one([
      () => saying([[dawn, decomposed]]),
      () => saying([[dusk, composed]], [approveWords(dusk, decomposed, two)]),
    ])()
  },
  'one good item before one with other words': (chance) =>
    saying([
      [dawn, besideDawn],
      [noon, besideNoon],
      [chance.one(shown), evilWords(chance)],
    ]),
  'words that one approver, or nobody who counts, has signed': (chance) => {
    const words = evilWords(chance)
    const others = [keys.publisher, keys.emergency, keys.revokedApprover, keys.lapsedApprover, keys.stranger]
    const mine = approveWords(dawn, words, [keys.approver1])
    const theirs = others.map((key) => approveWords(dawn, words, [key]))
    return saying([[dawn, words]], chance.one([[mine], [mine, mine], theirs, [mine, ...theirs]]))
  },
  'words that were approved for another place or time': (chance) => {
    const words = evilWords(chance)
    const limits = chance.one<Payload>([{ targets: ['groups/elsewhere'] }, { until: '2026-11-21T00:00:00Z' }])
    return saying([[dawn, words]], [approveWords(dawn, words, two, limits)])
  },
  'words for which an approval has something else than their hash': (chance) => {
    const words = evilWords(chance)
    const hash = chance.one<unknown>([
      '',
      'f'.repeat(63),
      'F'.repeat(64),
      null,
      words,
      ['a'.repeat(64)],
      'a'.repeat(64),
    ])
    return saying([[dawn, words]], [approve(dawn, two, { words: hash })])
  },
  'words of an emergency that nobody approved': (chance) => {
    const items = [{ id: 'item-1', asset: dawn.asset, seconds: 2, ...evilWords(chance) }]
    const alarm = { id: 'alarm', priority: 'emergency', items, approvals: everything }
    return signedBy('playlist', playlistPayload(next, [dawn], alarm), keys.emergency)
  },
}
