import { type AnyDocument, type DocumentKind, parseDocument, parseJson, typOf } from '../documents/documents.ts'
import { jws } from '../documents/jws.ts'
import type { Playlist } from '../documents/playlist.ts'
import { type Pointer, pointer } from '../documents/pointer.ts'
import { accepted, type Outcome, type Refusal, type Refused, refused, refusedBy } from '../documents/refusal.ts'
import { type DocumentTopic, documentTopicOf } from '../topics.ts'
import { approvalsOf, areWordsApproved, isApproved, type Statement, statementsAbout } from '../trust/approvals.ts'
import type { Crypto } from '../trust/crypto.ts'
import { type Keyring, keyringAt, type TrustedKey } from '../trust/keyring.ts'
import { unusableRoots } from '../trust/roots.ts'
import { verifyJws, withRole } from '../trust/verify.ts'
import { firstWordField, wordsOf } from '../trust/words.ts'

/** The most a message may hold. What is larger than 96 KiB should come as a pointer. */
export const maximumMessageBytes = 4 * 1024 * 1024

/** The most a document may hold that a pointer leads to. */
export const maximumDocumentBytes = 64 * 1024 * 1024

/** The most a pointer itself may hold: 16 addresses of 4 KiB. */
const maximumPointerBytes = 96 * 1024

/** Who asks: whom this player is, whom it believes, and what it has seen. */
export type IntakeContext = {
  readonly topicPrefix: string
  readonly playerId: string
  readonly groups: readonly string[]
  readonly keyring: Keyring
  readonly atMs: number
  /**
   * The newest revision ever accepted under a kind, target and id, and the SHA-256 (hex) it came with; undefined if none.
   * `held: false`: the document itself is gone (a restored or a new database), so that it is taken again.
   */
  seen(kind: DocumentKind, target: string, id: string): Seen | undefined
  /** Whether the playlist in force under this target and id is an emergency. */
  isEmergency(target: string, id: string): boolean
}

export type Seen = { readonly revision: number; readonly sha256: string; readonly held?: boolean }

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

/**
 * The instant by which the time of keys is judged: the player's clock, but never before the newest trust document was signed.
 * A clock that was set back brings no expired key to life; one that was set forward refuses what is new, aloud, and leaves
 * what plays alone, since a stored document is judged by when it came.
 */
export const judgedAtMs = (context: Pick<IntakeContext, 'atMs' | 'keyring'>): number =>
  Math.max(context.atMs, context.keyring.issuedAtMs)

/**
 * What to do with a message: nothing (`known`), store it, fetch what it points at, or say why not. `late`: a take-down list
 * that is not the newest is refused as such, yet what good keys took down in it stays down.
 */
export type IntakeResult = Outcome<
  | { readonly kind: 'known' }
  | { readonly kind: 'new'; readonly accepted: AcceptedDocument }
  | { readonly kind: 'pointer'; readonly pointer: Pointer }
  | { readonly kind: 'late'; readonly accepted: AcceptedDocument; readonly refusal: Refusal }
>

/**
 * Decides about one message from the broker: size, form, signature, role, address, revision, approvals, in that order.
 * `mostBytes` is larger for what a pointer led to, which is a document and no other pointer.
 */
export function intake(
  topic: string,
  bytes: Uint8Array,
  context: IntakeContext,
  crypto: Crypto,
  mostBytes: number = maximumMessageBytes,
): IntakeResult {
  const place = documentTopicOf(context.topicPrefix, topic)
  if (!place) return refused('unsupported', 'no document is expected on this topic')
  if (bytes.length === 0) return accepted({ kind: 'known' }) // an empty retained payload withdraws nothing
  if (bytes.length > mostBytes) return refused('too-large', `${bytes.length} bytes, expected at most ${mostBytes}`)
  const seen = place.id === undefined ? undefined : context.seen(place.kind, place.target, place.id)
  const sha256 = hexOf(crypto.sha256(bytes))
  if (isHeld(seen, sha256)) return accepted({ kind: 'known' }) // the broker says again what was accepted
  const json = parseJson(bytes)
  if (!json.ok) return json
  if (mostBytes === maximumMessageBytes && isPointer(json.value))
    return pointerAt(place, json.value, bytes.length, context, seen)
  const keyring = keyringAt(context.keyring, judgedAtMs(context))
  const read = readEnvelope(place, json.value, bytes, keyring, crypto)
  if (!read.ok) return read
  const objection = addressed(place, read.value, context) ?? stillEmergency(read.value, context, keyring)
  if (objection) return objection
  const older = newer(read.value, seen, sha256)
  if (older && read.value.kind === 'takedowns')
    return accepted({ kind: 'late', accepted: read.value, refusal: older.refusal })
  return older ?? approved(read.value, context, keyring, crypto) ?? accepted({ kind: 'new', accepted: read.value })
}

const isHeld = (seen: Seen | undefined, sha256: string): boolean => seen?.sha256 === sha256 && seen.held !== false

const isPointer = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'pointer'

/** A pointer is unsigned: nothing follows from it but a fetch, of what is meant for this player and not here already. */
function pointerAt(
  place: DocumentTopic,
  value: unknown,
  sizeBytes: number,
  context: IntakeContext,
  seen: Seen | undefined,
): IntakeResult {
  if (sizeBytes > maximumPointerBytes)
    return refused('too-large', `${sizeBytes} bytes, expected at most ${maximumPointerBytes}`)
  if (place.kind === 'command') return refused('unsupported', 'a command comes itself, not as a pointer')
  const read = pointer.safeParse(value)
  if (!read.success) return refusedBy(read.error)
  if (!targetsOf(context).includes(place.target))
    return refused('misdirected', `is for ${place.target}, which this player does not belong to`)
  return accepted(isHeld(seen, read.data.sha256) ? { kind: 'known' } : { kind: 'pointer', pointer: read.data })
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
  return json.ok ? readEnvelope(place, json.value, bytes, context.keyring, crypto) : json
}

function readEnvelope(
  place: DocumentTopic,
  json: unknown,
  bytes: Uint8Array,
  keyring: Keyring,
  crypto: Crypto,
): Outcome<AcceptedDocument> {
  const envelope = jws.safeParse(json)
  if (!envelope.success) return refusedBy(envelope.error, 'not-a-document')
  const verified = verifyJws(envelope.data, typOf(place.kind), keyring, crypto)
  if (!verified.ok) {
    return verified.refusal.code === 'unknown-key' && keyring.revision === 0 && place.kind !== 'trust'
      ? refused('no-trust', 'no trust document has come yet, so no key is known', 'signatures')
      : verified
  }
  const parsed = parseDocument(place.kind, verified.value.payload)
  if (!parsed.ok) return parsed
  const document: AnyDocument = parsed.value
  const objection = entitled(document, verified.value.signers, keyring) ?? usable(document, keyring, crypto)
  if (objection) return objection
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
function entitled(document: AnyDocument, signers: readonly TrustedKey[], keyring: Keyring): Outcome<never> | undefined {
  const roles = rolesFor(document)
  const entitledOnes = withRole(signers, ...roles).length
  const needed = document.kind === 'trust' ? keyring.roots.needed : 1
  if (entitledOnes >= needed) return undefined
  if (entitledOnes > 0)
    return refused('missing-role', `signed by ${entitledOnes} of ${needed} root keys that it needs`, 'signatures')
  return refused(
    'missing-role',
    `signed by ${signers.map((key) => key.label ?? key.kid).join(', ')}, expected a key with the role ${roles.join(' or ')}`,
    'signatures',
  )
}

function usable(document: AnyDocument, keyring: Keyring, crypto: Crypto): Outcome<never> | undefined {
  return document.kind === 'trust' ? unusableRoots(keyring.roots, document, crypto) : undefined
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
function stillEmergency(read: AcceptedDocument, context: IntakeContext, keyring: Keyring): Outcome<never> | undefined {
  if (read.document.kind !== 'playlist' || !context.isEmergency(read.target, read.id)) return undefined
  const signers = read.signers.flatMap((kid) => keyring.keys.get(kid) ?? [])
  if (withRole(signers, 'emergency').length > 0) return undefined
  return refused('missing-role', `${read.id} is an emergency playlist: only an emergency key replaces it`, 'signatures')
}

/** Revisions only grow; the same revision with another text is two documents under one number. */
function newer(read: AcceptedDocument, seen: Seen | undefined, sha256: string): Refused | undefined {
  if (seen === undefined || read.kind === 'command') return undefined
  if (read.revision < seen.revision)
    return refused(
      'stale',
      `revision ${read.revision} is older than ${seen.revision}, which was seen before`,
      'revision',
    )
  if (read.revision === seen.revision && seen.sha256 !== sha256)
    return refused('conflict', `revision ${seen.revision} was seen before with another content`, 'revision')
  return undefined
}

/**
 * Every asset of a playlist needs its approvals when it is accepted, and so do words where trust says so; a withdrawn one
 * shows nothing and needs none.
 */
function approved(
  read: AcceptedDocument,
  context: IntakeContext,
  keyring: Keyring,
  crypto: Crypto,
): Outcome<never> | undefined {
  if (read.document.kind !== 'playlist' || read.document.withdrawn) return undefined
  const playlist: Playlist = read.document
  const approvals = approvalsOf(playlist, read.signers, keyring, crypto)
  const targets = targetsOf(context)
  const found = new Set<string>()
  for (const [index, item] of playlist.items.entries()) {
    const field = fieldWithout(item)
    if (field) return refused('not-approved', lack(keyring, field), `items[${index}].${field}`)
  }
  return undefined

  function fieldWithout(item: Playlist['items'][number]) {
    const all = approvals.get(item.asset) ?? []
    if (!found.has(item.asset) && !isApproved(item.asset, approvals, keyring, scopeOf(all))) return 'asset'
    found.add(item.asset)
    const field = firstWordField(item)
    if (keyring.words === 'free' || field === undefined) return undefined
    const about = statementsAbout(item.asset, wordsOf(item), approvals)
    return areWordsApproved(item, approvals, keyring, scopeOf(about)) ? undefined : field
  }

  /** An approval that begins later is one: the item waits for it. One that has ended is not. */
  function scopeOf(statements: readonly Statement[]) {
    const begins = statements.map(({ approval }) => Date.parse(approval.from ?? approval.approvedAt))
    return { atMs: Math.max(context.atMs, ...begins), targets }
  }
}

function lack({ approvalsNeeded }: Keyring, field: string): string {
  const approvals = approvalsNeeded === 1 ? 'a valid approval' : `${approvalsNeeded} valid approvals by different keys`
  return `lacks ${approvals}${field === 'asset' ? '' : ' with these words'} for this player`
}
