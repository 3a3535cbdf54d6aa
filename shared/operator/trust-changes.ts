import type { PublicJwk } from '../documents/jws.ts'
import type { Trust } from '../documents/trust.ts'
import { countText } from './sizes.ts'
import { spokenThumbprint } from './thumbprint-text.ts'
import { type ListedKey, listedKeys } from './trust-edit.ts'

type KidOf = (jwk: PublicJwk) => string

const may: Readonly<Record<Trust['keys'][number]['roles'][number], string>> = {
  publisher: 'publish playlists',
  approver: 'approve films and photos, and take them down',
  emergency: 'publish emergencies, and take films and photos down',
  operator: 'set up walls and command them',
}

/** What changes from one trust document to the next, a sentence each; empty if nothing does. */
export function trustChanges(before: Trust | undefined, after: Trust, kidOf: KidOf): string[] {
  const old = new Map(listedKeys(before, kidOf).map((key) => [key.kid, key]))
  const now = new Map(listedKeys(after, kidOf).map((key) => [key.kid, key]))
  const revoked = after.revoked.filter((kid) => !before?.revoked.includes(kid))
  return [
    ...[...now.values()].flatMap((key) => keySentence(old.get(key.kid), key)),
    ...revoked.map(
      (kid) =>
        `${nameOf(old.get(kid), kid)} is revoked: it counts no longer, ever, and what only it vouched for leaves the walls.`,
    ),
    ...[...old.values()]
      .filter(({ kid }) => !now.has(kid) && !revoked.includes(kid))
      .map((key) => `${nameOf(key, key.kid)} is no longer listed: it counts no longer.`),
    ...ruleSentences(before, after),
    ...rootSentences(before, after, kidOf),
  ]
}

function keySentence(old: ListedKey | undefined, key: ListedKey): string[] {
  if (old && JSON.stringify(old) === JSON.stringify(key)) return []
  const what = key.roles.map((role) => may[role]).join('; ')
  return [`${nameOf(key, key.kid)} may ${what}${timeText(key)}.`]
}

function ruleSentences(before: Trust | undefined, after: Trust): string[] {
  const needed = after.approvals.needed
  const { separation } = after
  return [
    ...(before?.approvals.needed === needed
      ? []
      : [
          `Each film and photo needs ${countText(needed, 'approval')}${needed > 1 ? ' by different keys' : ''}${before ? `, until now ${before.approvals.needed}` : ''}.`,
        ]),
    ...(before?.separation === separation
      ? []
      : [
          separation === 'strict'
            ? 'Who publishes a playlist does not approve what is in it.'
            : 'Who publishes a playlist may approve what is in it.',
        ]),
    ...((before?.words ?? 'free') === (after.words ?? 'free') ? [] : [wordsSentence[after.words ?? 'free']]),
  ]
}

const wordsSentence = {
  approved:
    'Captions, credits, hashtags and QR codes need approvals, too: what has some that nobody approved leaves the walls.',
  free: 'Captions, credits, hashtags and QR codes need no approval: they are the publisher’s word.',
} as const

function rootSentences(before: Trust | undefined, after: Trust, kidOf: KidOf): string[] {
  const text = (trust: Trust | undefined) =>
    JSON.stringify([(trust?.rootKeys ?? []).map(kidOf), trust?.roots?.needed ?? 1])
  if (text(before) === text(after) || !after.rootKeys) return []
  const keys = after.rootKeys.map((jwk) => spokenThumbprint(kidOf(jwk)))
  return [
    `From then on trust is signed by ${after.roots?.needed ?? 1} of ${countText(keys.length, 'root key')}, and by no other:`,
    ...keys.map((key) => `  ${key}`),
  ]
}

const nameOf = (key: ListedKey | undefined, kid: string): string =>
  `${key?.label ?? 'The key'} (${spokenThumbprint(kid)})`

/** When a key counts, for people; empty for always. */
export const timeText = ({ from, until }: Pick<ListedKey, 'from' | 'until'>): string =>
  `${from ? ` from ${from}` : ''}${until ? ` until ${until}` : ''}`
