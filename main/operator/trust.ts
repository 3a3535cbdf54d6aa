import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import type { Pushed } from '../../shared/operator/answer.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { editedTrust, type TrustEdit } from '../../shared/operator/trust-edit.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { thumbprintOf } from '../../shared/trust/keyring.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import type { FleetLink } from './fleet-link.ts'
import { type KeyFile, listKeys, privateKeys } from './keys.ts'
import { knownDocument } from './known-documents.ts'
import { type Push, pushDocument } from './push.ts'
import { rememberedTrust, rememberTrust } from './trust-memory.ts'

/** What an operator may decide about trust; what is left out stays as it was. */
export type TrustChoices = {
  /** How many approvals an asset needs. */
  readonly needed?: number | undefined
  readonly separation?: 'strict' | 'none' | undefined
  /** Whether captions, credits, hashtags and QR codes need approvals, too. */
  readonly words?: 'approved' | 'free' | undefined
  /** Thumbprints of keys that no longer count, ever. */
  readonly revoke?: readonly string[] | undefined
}

/** The RFC 7638 thumbprint of a key. */
export const kidOf = (jwk: PublicJwk): string => thumbprintOf(jwk, nodeCrypto)

/**
 * What makes the keys of a folder count: each gets its purpose as its role, if it was not listed yet. Root keys are not
 * listed: they are installed in the players.
 */
export function editsFor(
  keys: readonly Pick<KeyFile, 'name' | 'purpose' | 'jwk' | 'kid'>[],
  choices: TrustChoices = {},
  before?: Trust,
): TrustEdit[] {
  const revoke = choices.revoke ?? []
  const gone = new Set([...(before?.revoked ?? []), ...revoke])
  const listed = new Set(before?.keys.map(({ jwk }) => kidOf(jwk)))
  return [
    ...keys.flatMap(({ name, purpose, jwk, kid }): TrustEdit[] =>
      purpose === 'root' || gone.has(kid) || listed.has(kid)
        ? []
        : [{ kind: 'add', jwk, roles: [purpose], label: name }],
    ),
    ...revoke.map((kid): TrustEdit => ({ kind: 'revoke', kid })),
    ...(choices.needed === undefined ? [] : [{ kind: 'need', approvals: choices.needed } as const]),
    ...(choices.words === undefined ? [] : [{ kind: 'words', rule: choices.words } as const]),
    ...(choices.separation === undefined ? [] : [{ kind: 'separation', rule: choices.separation } as const]),
  ]
}

/** The newest trust document that is known here: the one on the broker, if it can be believed, or the one signed here last. */
export async function knownTrust(link: FleetLink, keysFolder: string): Promise<Trust | undefined> {
  const topic = topicOfDocument(link.topicPrefix, 'trust', 'fleet', 'trust')
  const kept = await knownDocument(link, keysFolder, topic)
  const remembered = await rememberedTrust(keysFolder)
  if (kept?.document.kind === 'trust') {
    return remembered && remembered.revision > kept.revision ? remembered : kept.document
  }
  if (remembered || (link.documents().get(topic)?.length ?? 0) === 0) return remembered
  const roots = (await listKeys(keysFolder)).some(({ purpose }) => purpose === 'root')
  throw new OperatorError(
    roots
      ? 'The trust document on this broker is not signed by the root key of this folder: these are another fleet’s keys. Name the right folder with --keys.'
      : `There is no root key in ${keysFolder}, not even a public one, so the trust document on this broker cannot be checked.`,
    2,
  )
}

/** Signs the changed trust document with the folder's root keys, and leaves it on the broker. */
export async function pushTrustEdits(
  link: FleetLink,
  keysFolder: string,
  edits: readonly TrustEdit[],
  before: Trust | undefined,
  revision?: number,
): Promise<Pushed> {
  const keys = await listKeys(keysFolder)
  const roots = keys.filter(({ purpose, canSign }) => purpose === 'root' && canSign)
  if (roots.length === 0) {
    throw new OperatorError(
      `There is no root key in ${keysFolder}; only root keys sign trust. Make one: plazacast keys`,
      2,
    )
  }
  let signed: Trust | undefined
  const push: Push<'trust'> = {
    link,
    keysFolder,
    kind: 'trust',
    target: 'fleet',
    id: 'trust',
    signers: await privateKeys(
      keysFolder,
      roots.map(({ name }) => name),
    ),
    revision,
    payload: (next, issuedAt) => {
      signed = editedTrust(before, edits, { revision: next, issuedAt }, kidOf)
      return signed
    },
  }
  return pushDocument(push, async (text) => {
    if (signed) await rememberTrust(keysFolder, signed)
    return text
  })
}

/** Makes the keys of the folder count, beside those that count already. */
export async function pushTrust(link: FleetLink, keysFolder: string, choices: TrustChoices = {}, revision?: number) {
  const before = await knownTrust(link, keysFolder).catch(() => undefined) // an operator who begins anew may
  const edits = editsFor(await listKeys(keysFolder), choices, before)
  return pushTrustEdits(link, keysFolder, edits, before, revision)
}
