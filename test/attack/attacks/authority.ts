import type { Chance } from '../chance.ts'
import type { ForgeKey, Payload } from '../forge.ts'
import { type Recipe, sent, signedBy } from '../move.ts'
import {
  accepted,
  acceptedRevision,
  commandPayload,
  evil,
  former,
  type Holder,
  keys,
  playlistPayload,
  roots,
  shown,
  sitePayload,
  takedownsPayload,
  takenDown,
  trustPayload,
} from '../world.ts'

/** Attacks by keys that may not: strangers, revoked, lapsed, of another role, too few; and by the past. */
const holdersBut = (...entitled: Holder[]): ForgeKey[] =>
  (Object.keys(keys) as Holder[]).filter((holder) => !entitled.includes(holder)).map((holder) => keys[holder])

/** Just newer, or as far ahead as a number goes. */
const ahead = (chance: Chance): number =>
  chance.one([acceptedRevision + 1, acceptedRevision + 2, 1000, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER])
const alarm = { id: 'alarm', items: [], assets: {}, approvals: [], withdrawn: true }
const publishers = ['publisher', 'publisher2', 'both'] as const

export const authorityAttacks: Record<string, Recipe> = {
  'a playlist by a key that does not publish': (chance) =>
    signedBy('playlist', playlistPayload(ahead(chance), shown), chance.one(holdersBut(...publishers))),
  'an evil playlist by whoever it be': (chance) =>
    signedBy('playlist', playlistPayload(ahead(chance), [evil]), chance.one(holdersBut())),
  'a playlist by many who may not': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(ahead(chance), shown),
      ...[keys.approver1, keys.approver2, keys.operator, keys.revokedPublisher, keys.stranger, keys.lapsedPublisher],
    ),
  'a key that was revoked': (chance) =>
    signedBy('playlist', playlistPayload(ahead(chance), shown), keys.revokedPublisher),
  'a key that has lapsed, or does not count yet': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(ahead(chance), shown),
      chance.one([keys.lapsedPublisher, keys.laterPublisher]),
    ),
  'an emergency by a key that may not': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(ahead(chance), shown, { id: chance.one(['alarm', 'friends', 'new']), priority: 'emergency' }),
      chance.one(holdersBut('emergency')),
    ),
  'an emergency that nobody approved': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(ahead(chance), [evil], { id: 'alarm', priority: 'emergency' }),
      keys.emergency,
    ),
  'an emergency replaced or withdrawn by a publisher': (chance) =>
    signedBy(
      'playlist',
      { ...playlistPayload(ahead(chance), shown), ...chance.one<Payload>([alarm, { id: 'alarm' }]) },
      chance.one(publishers.map((holder) => keys[holder])),
    ),
  'a playlist withdrawn by a key that does not publish': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(ahead(chance), [], { withdrawn: true }),
      chance.one(holdersBut(...publishers, 'emergency')),
    ),
  'trust by a key that is no root': (chance) =>
    signedBy('trust', trustPayload(ahead(chance)), chance.one(holdersBut('root1', 'root2', 'revokedRoot'))),
  'trust by fewer roots than are needed': (chance) => signedBy('trust', evilTrust(chance), chance.one(roots)),
  'trust by one root, twice': (chance) => {
    const root = chance.one(roots)
    return signedBy('trust', evilTrust(chance), root, root)
  },
  'trust by a root and a revoked root': (chance) =>
    signedBy('trust', evilTrust(chance), chance.one(roots), keys.revokedRoot),
  'trust by a root and keys that are none': (chance) =>
    signedBy('trust', evilTrust(chance), chance.one(roots), keys.stranger, keys.root3, keys.publisher, keys.operator),
  'trust by new roots that no old one vouches for': (chance) =>
    signedBy(
      'trust',
      trustPayload(ahead(chance), { rootKeys: [keys.root3.jwk, keys.stranger.jwk] }),
      ...chance.one([
        [keys.root3, keys.stranger],
        [keys.root3, keys.stranger, keys.root1],
      ]),
    ),
  'a site by a key that does not operate': (chance) =>
    signedBy('site', sitePayload(ahead(chance), { groups: ['elsewhere'] }), chance.one(holdersBut('operator'))),
  'a take-down list by a key that may not': (chance) =>
    signedBy(
      'takedowns',
      takedownsPayload(ahead(chance), chance.one([shown, []])),
      chance.one(holdersBut('approver1', 'approver2', 'approver3', 'both', 'emergency')),
    ),
  'a take-down lifted by one approver': (chance) => ({
    ...signedBy('takedowns', takedownsPayload(ahead(chance), []), keys.approver3),
    expected: 'unshown',
  }),
  'a command by a key that does not operate': (chance) =>
    signedBy('command', commandPayload(), chance.one(holdersBut('operator'))),
  'a command that is over, or lives too long': (chance) =>
    signedBy(
      'command',
      commandPayload(
        chance.one([
          { issuedAt: '2026-11-21T10:00:00Z', expiresAt: '2026-11-21T11:00:00Z' },
          { issuedAt: '1969-12-31T00:00:00Z', expiresAt: '1970-01-01T00:00:00Z' },
          { expiresAt: '2026-12-22T10:00:00Z' },
          { expiresAt: '9999-12-31T23:59:59Z' },
          { issuedAt: '2026-11-22T11:00:00Z' },
        ]),
      ),
      keys.operator,
    ),
  'a command twice': (chance) => {
    const id = '0b7b1c4e-3f0e-4f5a-8f43-0a4cfd1a7e55'
    const later = new Date(Date.parse('2026-11-22T10:00:00Z') + 60_000 * (1 + chance.below(1000))).toISOString()
    return signedBy('command', commandPayload({ id, expiresAt: later, command: 'reload' }), keys.operator)
  },
  'what was true before': (chance) => {
    const one = chance.one(former)
    return sent(one.topic, one.jws)
  },
  'another content under a revision that is known': (chance) => {
    const more = { title: { en: String(chance.below(1e9)) } }
    return signedBy('playlist', playlistPayload(acceptedRevision, shown, more), keys.publisher)
  },
  'the same document in other words': (chance) => {
    const one = chance.one(accepted)
    return { ...sent(one.topic, one.jws), bytes: Buffer.from(JSON.stringify(one.jws, undefined, 1 + chance.below(8))) }
  },
  'an older revision, signed anew': (chance) =>
    signedBy(
      'playlist',
      playlistPayload(1 + chance.below(acceptedRevision - 1), [...shown, takenDown].slice(chance.below(4))),
      keys.publisher,
    ),
}

/** Believes the stranger in everything. */
const evilTrust = (chance: Chance): Payload =>
  trustPayload(ahead(chance), {
    keys: [{ jwk: keys.stranger.jwk, roles: ['publisher', 'approver', 'emergency', 'operator'] }],
    ...chance.one<Payload>([{}, { approvals: { needed: 1 } }, { separation: 'none' }, { roots: { needed: 1 } }]),
  })
