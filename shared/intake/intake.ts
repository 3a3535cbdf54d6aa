import { type AnyDocument, type DocumentKind, parseDocument, parseJson, typOf } from '../documents/documents.ts'
import { jws } from '../documents/jws.ts'
import type { Playlist } from '../documents/playlist.ts'
import { accepted, type Outcome, refused, refusedBy } from '../documents/refusal.ts'
import { type DocumentTopic, documentTopicOf } from '../topics.ts'
import { approvalsOf, isApproved } from '../trust/approvals.ts'
import type { Crypto } from '../trust/crypto.ts'
import type { Keyring, TrustedKey } from '../trust/keyring.ts'
import { verifyJws, withRole } from '../trust/verify.ts'

/** The most a message may hold. A larger document is no playlist for one wall. */
export const maximumMessageBytes = 4 * 1024 * 1024

/** Who asks: whom this player is, whom it believes, and what it has seen. */
export type IntakeContext = {
  readonly topicPrefix: string
  readonly playerId: string
  readonly groups: readonly string[]
  readonly keyring: Keyring
  readonly atMs: number
  /** The newest revision ever accepted under a kind, target and id, and the SHA-256 (hex) it came with; undefined if none. */
  seen(kind: DocumentKind, target: string, id: string): { revision: number; sha256: string } | undefined
  /** Whether the playlist in force under this target and id is an emergency. */
  isEmergency(target: string, id: string): boolean
}

/** A document that may be stored: its text exactly as it came, and what it says. */
export type AcceptedDocument = {
  readonly kind: DocumentKind
  readonly target: string
  readonly id: string
  readonly revision: number
  readonly text: string
  readonly document: AnyDocument
  /** Thumbprints of the trusted keys that signed it. */
  readonly signers: readonly string[]
}

/** What to do with a message: nothing (`known`), store it, or say why not. */
export type IntakeResult = Outcome<
  { readonly kind: 'known' } | { readonly kind: 'new'; readonly accepted: AcceptedDocument }
>

/** Decides about one message from the broker: size, form, signature, role, address, revision, approvals, in that order. */
export function intake(topic: string, bytes: Uint8Array, context: IntakeContext, crypto: Crypto): IntakeResult {
  const place = documentTopicOf(context.topicPrefix, topic)
  if (!place) return refused('unsupported', 'no document is expected on this topic')
  if (bytes.length === 0) return accepted({ kind: 'known' }) // an empty retained payload withdraws nothing
  if (bytes.length > maximumMessageBytes) {
    return refused('too-large', `${bytes.length} bytes, expected at most ${maximumMessageBytes}`)
  }
  const seen = place.id === undefined ? undefined : context.seen(place.kind, place.target, place.id)
  if (seen?.sha256 === hexOf(crypto.sha256(bytes))) return accepted({ kind: 'known' }) // the broker says again what was accepted
  const read = readDocument(place, bytes, context, crypto)
  if (!read.ok) return read
  const objection =
    addressed(place, read.value, context) ??
    stillEmergency(read.value, context) ??
    newer(read.value, seen?.revision) ??
    approved(read.value, context, crypto)
  return objection ?? accepted({ kind: 'new', accepted: read.value })
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Reads a stored or arriving text: nothing in the payload is looked at before a trusted key's signature was checked. */
export function readDocument(
  place: DocumentTopic,
  bytes: Uint8Array,
  context: Pick<IntakeContext, 'keyring'>,
  crypto: Crypto,
): Outcome<AcceptedDocument> {
  const json = parseJson(bytes)
  if (!json.ok) return json
  const envelope = jws.safeParse(json.value)
  if (!envelope.success) return refusedBy(envelope.error, 'not-a-document')
  const verified = verifyJws(envelope.data, typOf(place.kind), context.keyring, crypto)
  if (!verified.ok) {
    return verified.refusal.code === 'unknown-key' && context.keyring.revision === 0 && place.kind !== 'trust'
      ? refused('no-trust', 'no trust document has come yet, so no key is known', 'signatures')
      : verified
  }
  const parsed = parseDocument(place.kind, verified.value.payload)
  if (!parsed.ok) return parsed
  const document: AnyDocument = parsed.value
  const role = entitled(document, verified.value.signers)
  if (role) return role
  return accepted({
    kind: document.kind,
    target: document.target,
    id: document.id,
    revision: document.kind === 'command' ? 0 : document.revision,
    text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    document,
    signers: verified.value.signers.map((key) => key.kid),
  })
}

/** Whether one of the signers may sign this kind of document at all. */
function entitled(document: AnyDocument, signers: readonly TrustedKey[]): Outcome<never> | undefined {
  const roles = rolesFor(document)
  if (withRole(signers, ...roles).length > 0) return undefined
  return refused(
    'missing-role',
    `signed by ${signers.map((key) => key.label ?? key.kid).join(', ')}, expected a key with the role ${roles.join(' or ')}`,
    'signatures',
  )
}

function rolesFor(document: AnyDocument): readonly ('root' | 'operator' | 'publisher' | 'approver' | 'emergency')[] {
  switch (document.kind) {
    case 'trust':
      return ['root']
    case 'site':
    case 'command':
      return ['operator']
    case 'takedowns':
      return ['approver', 'emergency']
    case 'playlist':
      return document.priority === 'emergency' ? ['emergency'] : ['publisher']
  }
}

/** The document must be what its topic promises, and for this player. */
function addressed(place: DocumentTopic, read: AcceptedDocument, context: IntakeContext): Outcome<never> | undefined {
  if (read.target !== place.target)
    return refused('misdirected', `is for ${read.target}, but came on the topic of ${place.target}`, 'target')
  if (place.id !== undefined && read.id !== place.id)
    return refused('misdirected', `is ${read.id}, but came on the topic of ${place.id}`, 'id')
  if (!targetsOf(context).includes(read.target))
    return refused('misdirected', `is for ${read.target}, which this player does not belong to`, 'target')
  return undefined
}

/** Every target that means this player. */
export const targetsOf = (who: Pick<IntakeContext, 'playerId' | 'groups'>): string[] => [
  'fleet',
  `players/${who.playerId}`,
  ...who.groups.map((group) => `groups/${group}`),
]

/** What an emergency key put on a wall, no later revision by another key takes off. */
function stillEmergency(read: AcceptedDocument, context: IntakeContext): Outcome<never> | undefined {
  if (read.document.kind !== 'playlist' || !context.isEmergency(read.target, read.id)) return undefined
  const signers = read.signers.flatMap((kid) => context.keyring.keys.get(kid) ?? [])
  if (withRole(signers, 'emergency').length > 0) return undefined
  return refused('missing-role', `${read.id} is an emergency playlist: only an emergency key replaces it`, 'signatures')
}

/** Revisions only grow; the same revision with another text is two documents under one number. */
function newer(read: AcceptedDocument, seen: number | undefined): Outcome<never> | undefined {
  if (seen === undefined || read.kind === 'command') return undefined
  if (read.revision < seen)
    return refused('stale', `revision ${read.revision} is older than ${seen}, which was seen before`, 'revision')
  if (read.revision === seen)
    return refused('conflict', `revision ${seen} was seen before with another content`, 'revision')
  return undefined
}

/** Every asset of a playlist needs its approvals when it is accepted; a withdrawn one shows nothing and needs none. */
function approved(read: AcceptedDocument, context: IntakeContext, crypto: Crypto): Outcome<never> | undefined {
  if (read.document.kind !== 'playlist' || read.document.withdrawn) return undefined
  const playlist: Playlist = read.document
  const approvals = approvalsOf(playlist, read.signers, context.keyring, crypto)
  const index = playlist.items.findIndex(
    (item) => !isApproved(item.asset, approvals, context.keyring, scopeOf(item.asset)),
  )
  if (index < 0) return undefined
  const needed = context.keyring.approvalsNeeded
  return refused(
    'not-approved',
    `lacks ${needed === 1 ? 'a valid approval' : `${needed} valid approvals by different keys`} for this player`,
    `items[${index}].asset`,
  )

  /** An approval that begins later is one: the item waits for it. One that has ended is not. */
  function scopeOf(asset: Playlist['items'][number]['asset']) {
    const begins = (approvals.get(asset) ?? []).map(({ approval }) => Date.parse(approval.from ?? approval.approvedAt))
    return { atMs: Math.max(context.atMs, ...begins), targets: targetsOf(context) }
  }
}
