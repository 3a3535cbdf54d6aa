import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { Jws } from '../../shared/documents/jws.ts'
import type { MediaType } from '../../shared/documents/playlist.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type Words, wordsHash, wordsOf } from '../../shared/trust/words.ts'
import { nameOfBytes } from '../support/documents.ts'
import { type ForgeKey, forgeKey, type Payload, signPayload } from './forge.ts'

/** The city under attack: when it is, who holds which key, and what was truly signed. Everything is the same in every run. */
export const prefix = 'plazacast/v1'
export const nowMs = Date.parse('2026-11-22T10:00:00Z')
export const issuedAt = '2026-11-22T02:00:00Z'
const yesterday = '2026-11-21T00:00:00Z'
/** Far enough that it is later for a wall that runs by the real clock, too. */
const later = '2099-01-01T00:00:00Z'

const names = [
  ...['root1', 'root2', 'root3', 'publisher', 'publisher2', 'approver1', 'approver2', 'approver3', 'emergency'],
  ...['operator', 'both', 'stranger', 'revokedPublisher', 'revokedApprover', 'revokedRoot', 'lapsedPublisher'],
  ...['lapsedApprover', 'laterPublisher', 'laterApprover'],
] as const
export type Holder = (typeof names)[number]
export const keys = Object.fromEntries(names.map((name) => [name, forgeKey(name)])) as Record<Holder, ForgeKey>

/** Installed in the player. */
export const rootKeys = [keys.root1.jwk, keys.root2.jwk, keys.revokedRoot.jwk]

/** An asset exists here by its name only; nothing is fetched. */
export type Fact = { readonly asset: AssetName; readonly mediaType: MediaType; readonly bytes: number }
const fact = (name: string): Fact => ({ asset: nameOfBytes(name), mediaType: 'image/png', bytes: name.length })

/** What was approved by two people, and may be on the wall. */
export const shown = ['dawn', 'noon', 'dusk'].map(fact)
/** Approved by two people, and taken down later. */
export const takenDown = fact('regretted')
/** Never approved, approved by one, for another place, or too long ago: never on this wall. */
export const evil = fact('evil')
export const halfApproved = fact('half-approved')
export const approvedElsewhere = fact('approved elsewhere')
export const approvalOver = fact('approval over')
export const approvedLater = fact('approved from tomorrow on')
export const neverHere = [evil, halfApproved, approvedElsewhere, approvalOver, approvedLater, takenDown]

export const approve = ({ asset, mediaType, bytes }: Fact, by: readonly ForgeKey[], more: Payload = {}): Jws =>
  signPayload('approval', { kind: 'approval', asset, mediaType, bytes, approvedAt: issuedAt, ...more }, by)

const two = [keys.approver1, keys.approver2]
/** Approvals as they lie about in old playlists, for anybody to copy. */
export const approvals = new Map<Fact, Jws>([
  ...[...shown, takenDown].map((one): [Fact, Jws] => [one, approve(one, two)]),
  [halfApproved, approve(halfApproved, [keys.approver1])],
  [approvedElsewhere, approve(approvedElsewhere, two, { targets: ['groups/elsewhere', 'players/other'] })],
  [approvalOver, approve(approvalOver, two, { until: yesterday })],
  [approvedLater, approve(approvedLater, two, { from: later })],
])
export const approvalOf = (one: Fact): Jws => approvals.get(one) ?? approve(one, [keys.stranger])

/** What two people approved to be said beside the first assets that are shown; beside the last one nothing. */
export const said: readonly Words[] = [
  { caption: { en: 'Café by the river', zh: '江边咖啡' }, qr: 'https://city.example/cafe' },
  { credit: { author: 'Lin', place: { en: 'Jiefangbei' } }, hashtag: '#noon' },
]
export const approveWords = (one: Fact, words: Words, by: readonly ForgeKey[], more: Payload = {}): Jws =>
  approve(one, by, { words: wordsHash(wordsOf(words) ?? '', nodeCrypto), ...more })
/** Approvals of assets with words, for anybody to copy. */
export const spokenApprovals = said.map((words, index) => approveWords(shown[index] ?? evil, words, two))

/** A document that somebody entitled really signed. */
export type Genuine = {
  readonly kind: 'trust' | 'site' | 'playlist' | 'takedowns' | 'command'
  readonly topic: string
  readonly payload: Payload
  readonly jws: Jws
  readonly bytes: Uint8Array
}

export const topicOf = (kind: Genuine['kind'], target: string, id: string): string =>
  topicOfDocument(prefix, kind, target, id)
export const textOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

/** Signs a payload of any kind and puts it on the topic that it names. */
export function genuine(kind: Genuine['kind'], payload: Payload, ...by: ForgeKey[]): Genuine {
  const jws = signPayload(kind, payload, by)
  const topic = topicOfDocument(prefix, kind, String(payload.target), String(payload.id))
  return { kind, topic, payload, jws, bytes: textOf(jws) }
}

const trusted = (holder: Holder, roles: string[], more: Payload = {}) => ({ jwk: keys[holder].jwk, roles, ...more })

export const trustPayload = (revision: number, more: Payload = {}): Payload => ({
  kind: 'trust',
  id: 'trust',
  revision,
  issuedAt,
  target: 'fleet',
  keys: [
    trusted('publisher', ['publisher']),
    trusted('publisher2', ['publisher']),
    trusted('approver1', ['approver']),
    trusted('approver1', ['approver'], { label: 'the same key under a second name' }),
    trusted('approver2', ['approver']),
    trusted('approver3', ['approver']),
    trusted('both', ['publisher', 'approver']),
    trusted('emergency', ['emergency']),
    trusted('operator', ['operator']),
    trusted('revokedPublisher', ['publisher']),
    trusted('revokedApprover', ['approver']),
    trusted('lapsedPublisher', ['publisher'], { until: yesterday }),
    trusted('lapsedApprover', ['approver'], { until: yesterday }),
    trusted('laterPublisher', ['publisher'], { from: later }),
    trusted('laterApprover', ['approver'], { from: later }),
  ],
  approvals: { needed: 2 },
  separation: 'strict',
  words: 'approved',
  revoked: [keys.revokedPublisher.kid, keys.revokedApprover.kid, keys.revokedRoot.kid],
  rootKeys: [keys.root1.jwk, keys.root2.jwk],
  roots: { needed: 2 },
  ...more,
})
export const roots = [keys.root1, keys.root2]

export const sitePayload = (revision: number, more: Payload = {}): Payload => ({
  ...{ kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', groups: ['square'] },
  ...more,
})
export const takedownsPayload = (revision: number, assets: readonly Fact[], more: Payload = {}): Payload => ({
  ...{ kind: 'takedowns', id: 'takedowns', revision, issuedAt, target: 'fleet' },
  assets: assets.map(({ asset }) => ({ asset, reason: 'regretted', at: issuedAt })),
  ...more,
})

/** A playlist of these assets with the approvals that lie about, before it is signed. */
export const playlistPayload = (revision: number, of: readonly Fact[], more: Payload = {}): Payload => ({
  ...{ kind: 'playlist', id: 'friends', revision, issuedAt, target: 'players/wall' },
  items: of.map(({ asset }, index) => ({ id: `item-${index + 1}`, asset, seconds: 2 })),
  assets: Object.fromEntries(of.map(({ asset, ...facts }) => [asset, { ...facts, urls: [] }])),
  approvals: of.map(approvalOf),
  ...more,
})

export const commandPayload = (more: Payload = {}): Payload => ({
  ...{ kind: 'command', id: '5f0c1b0e-7a3f-4c52-9a40-0d6a4a4d9f11', issuedAt, expiresAt: '2026-11-22T11:00:00Z' },
  ...{ target: 'players/wall', command: 'identify', arguments: {} },
  ...more,
})

/** With its words, of which each was approved. */
const square = {
  id: 'square',
  target: 'groups/square',
  items: [...shown, takenDown].map(({ asset }, index) => ({
    id: `item-${index + 1}`,
    asset,
    seconds: 2,
    ...said[index],
  })),
  approvals: [...[...shown, takenDown].map(approvalOf), ...spokenApprovals],
}
const alarm = { id: 'alarm', priority: 'emergency', entry: 'now', window: { from: '2027-01-01' } }
/** Revision of everything that the player has; all documents of an attacker who wants to be newer begin above it. */
export const acceptedRevision = 10

const epoch = (revision: number): Genuine[] => [
  genuine('trust', trustPayload(revision), ...roots),
  genuine('site', sitePayload(revision), keys.operator),
  genuine('takedowns', takedownsPayload(revision, [takenDown]), keys.approver1),
  genuine('playlist', playlistPayload(revision, shown), keys.publisher),
  genuine('playlist', playlistPayload(revision, [...shown, takenDown], square), keys.publisher2),
  genuine('playlist', playlistPayload(revision, shown.slice(0, 1), alarm), keys.emergency),
]
/** What the player holds, in the order in which it came. */
export const accepted = [
  ...epoch(acceptedRevision),
  genuine('command', commandPayload({ id: '0b7b1c4e-3f0e-4f5a-8f43-0a4cfd1a7e55' }), keys.operator),
]
/** Truly signed, and overtaken: with a trust that revoked nobody, a take-down list that is empty, and other approvals. */
export const former: readonly Genuine[] = [
  genuine('trust', trustPayload(1, { revoked: [], approvals: { needed: 1 }, words: 'free' }), keys.root1, keys.root2),
  genuine('takedowns', takedownsPayload(1, []), keys.approver1),
  genuine('playlist', playlistPayload(1, [takenDown]), keys.publisher),
  ...epoch(9),
]
/** Truly signed and newer than what the player holds: nothing has come of them yet but what an attacker makes of them. */
export const coming = epoch(acceptedRevision + 1)
/** Truly signed for others. */
export const foreign: readonly Genuine[] = [
  genuine('playlist', playlistPayload(50, [approvedElsewhere], { target: 'players/other' }), keys.publisher),
  genuine('playlist', playlistPayload(50, [approvedElsewhere], { target: 'groups/elsewhere' }), keys.publisher),
  genuine('site', sitePayload(50, { id: 'other', target: 'players/other', groups: ['elsewhere'] }), keys.operator),
  genuine('command', commandPayload({ target: 'players/other' }), keys.operator),
  genuine('command', commandPayload({ target: 'groups/elsewhere' }), keys.operator),
]
