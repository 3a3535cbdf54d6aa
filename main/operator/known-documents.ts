import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import { type AcceptedDocument, intake, readDocument } from '../../shared/intake/intake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { documentTopicOf, topicOfDocument } from '../../shared/topics.ts'
import { type Keyring, keyringOf } from '../../shared/trust/keyring.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import type { FleetLink } from './fleet-link.ts'
import { type KeyFile, listKeys } from './keys.ts'
import { followed } from './pointing.ts'

/** What players of this fleet believe, as far as it can be known here. */
export type Belief =
  /** There is no root key in the folder, so nothing can be checked. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'no-trust' }
  /** The trust document on the broker is not signed by the root key in the folder. */
  | { readonly kind: 'strangers' }
  | { readonly kind: 'trust'; readonly trust: Trust; readonly keyring: Keyring }

/** Checks the trust document on the broker with the root keys of the folder, as an installed player would. */
export async function beliefOf(link: FleetLink, keysFolder: string): Promise<Belief> {
  const roots = rootsOf(await listKeys(keysFolder))
  if (roots.length === 0) return { kind: 'unknown' }
  const topic = topicOfDocument(link.topicPrefix, 'trust', 'fleet', 'trust')
  const bytes = link.documents().get(topic)
  if (!bytes || bytes.length === 0) return { kind: 'no-trust' }
  const read = readKnown(link.topicPrefix, topic, bytes, keyringOf(roots, undefined, nodeCrypto))
  if (read?.document.kind !== 'trust') return { kind: 'strangers' }
  return { kind: 'trust', trust: read.document, keyring: keyringOf(roots, read.document, nodeCrypto) }
}

/**
 * The document kept on a topic, if it is signed by a key that the fleet or the folder knows. Others do not count: whoever
 * controls the broker could have us sign the highest revision there is.
 */
export async function knownDocument(
  link: FleetLink,
  keysFolder: string,
  topic: string,
): Promise<AcceptedDocument | undefined> {
  const kept = link.documents().get(topic)
  if (!kept) return undefined
  const bytes = await followed(kept)
  const belief = await beliefOf(link, keysFolder)
  const own = ownKeyring(await listKeys(keysFolder))
  const rings = belief.kind === 'trust' ? [belief.keyring, own] : [own]
  for (const ring of rings) {
    const read = readKnown(link.topicPrefix, topic, bytes, ring)
    if (read) return read
  }
  return undefined
}

/** Throws, in a sentence, if a player that believes what is on the broker would refuse this document. */
export function checkAsPlayer(belief: Belief, topicPrefix: string, topic: string, text: string, atMs: number): void {
  if (belief.kind === 'unknown') return
  if (belief.kind === 'no-trust') {
    throw new OperatorError(
      'No trust document is on this broker yet, so players believe nobody. Push one: plazacast trust',
    )
  }
  if (belief.kind === 'strangers') {
    throw new OperatorError(
      'The trust document on this broker is not signed by the root key of this folder: these are another fleet’s keys. Name the right folder with --keys.',
    )
  }
  const place = documentTopicOf(topicPrefix, topic)
  const [kind, name = ''] = place?.target.split('/') ?? []
  const context = {
    topicPrefix,
    playerId: kind === 'players' ? name : '',
    groups: kind === 'groups' ? [name] : [],
    keyring: belief.keyring,
    atMs,
    seen: () => undefined,
    isEmergency: () => false,
  }
  const result = intake(topic, new TextEncoder().encode(text), context, nodeCrypto)
  if (result.ok) return
  const { code, field, message } = result.refusal
  const where = field === '' ? '' : `${field}: `
  throw new OperatorError(`Every player would refuse this: ${where}${message} (${code}).${advice[code] ?? ''}`)
}

const advice: Readonly<Record<string, string>> = {
  'unknown-key': ' Let the fleet know the keys of this folder: plazacast trust',
  'missing-role': ' Sign with another key, or give this one the role: plazacast trust',
  'not-approved': ' Let approvers sign first: plazacast approve',
  'too-large': ' Split the playlist in two.',
}

function readKnown(prefix: string, topic: string, bytes: Uint8Array, keyring: Keyring): AcceptedDocument | undefined {
  const place = documentTopicOf(prefix, topic)
  const read = place && readDocument(place, bytes, { keyring }, nodeCrypto)
  const isHere =
    read?.ok && read.value.target === place?.target && (place.id === undefined || read.value.id === place.id)
  return isHere ? read.value : undefined
}

const rootsOf = (keys: readonly KeyFile[]): PublicJwk[] =>
  keys.filter(({ purpose }) => purpose === 'root').map(({ jwk }) => jwk)

function ownKeyring(keys: readonly KeyFile[]): Keyring {
  const ring = keyringOf(rootsOf(keys), undefined, nodeCrypto)
  const others = keys.filter(({ purpose }) => purpose !== 'root')
  const own = others.map(({ kid, jwk, purpose, name }) => {
    return [kid, { kid, jwk, roles: new Set([purpose]), label: name }] as const
  })
  return { ...ring, keys: new Map([...ring.keys, ...own]) }
}
