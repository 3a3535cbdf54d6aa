import type { Role, Trust } from '../../shared/documents/trust.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { FleetLink } from './fleet-link.ts'
import { type KeyFile, listKeys, privateKey } from './keys.ts'
import { knownDocument } from './known-documents.ts'
import { pushDocument } from './push.ts'

/** What an operator may decide about trust; what is left out stays as it was. */
export type TrustChoices = {
  /** How many approvals an asset needs. */
  readonly needed?: number | undefined
  readonly separation?: 'strict' | 'none' | undefined
  /** Thumbprints of keys that no longer count, ever. */
  readonly revoke?: readonly string[] | undefined
}

/** The trust document for these keys. Root keys are not listed: they are installed in the players. */
export function trustPayload(
  keys: readonly Pick<KeyFile, 'name' | 'purpose' | 'jwk' | 'kid'>[],
  revision: number,
  issuedAt: string,
  choices: TrustChoices = {},
  before?: Trust,
): Trust {
  const revoked = [...new Set([...(before?.revoked ?? []), ...(choices.revoke ?? [])])]
  const listed = keys.flatMap(({ name, purpose, jwk, kid }) =>
    purpose === 'root' || revoked.includes(kid) ? [] : [{ jwk, roles: [purpose satisfies Role], label: name }],
  )
  return {
    kind: 'trust',
    id: 'trust',
    revision,
    issuedAt,
    target: 'fleet',
    keys: listed,
    approvals: { needed: choices.needed ?? before?.approvals.needed ?? 1 },
    separation: choices.separation ?? before?.separation ?? 'strict',
    revoked,
  }
}

/** Signs a trust document for the keys of the folder with its root keys, and leaves it on the broker. */
export async function pushTrust(link: FleetLink, keysFolder: string, choices: TrustChoices = {}, revision?: number) {
  const keys = await listKeys(keysFolder)
  const roots = keys.filter(({ purpose, canSign }) => purpose === 'root' && canSign)
  if (roots.length === 0) {
    throw new OperatorError(
      `There is no root key in ${keysFolder}; only root keys sign trust. Make one: plazacast keys`,
      2,
    )
  }
  const topic = topicOfDocument(link.topicPrefix, 'trust', 'fleet', 'trust')
  const kept = await knownDocument(link, keysFolder, topic)
  const before = kept?.document.kind === 'trust' ? kept.document : undefined
  return pushDocument({
    link,
    keysFolder,
    kind: 'trust',
    target: 'fleet',
    id: 'trust',
    signers: await Promise.all(roots.map(({ name }) => privateKey(keysFolder, name))),
    revision,
    payload: (next, issuedAt) => trustPayload(keys, next, issuedAt, choices, before),
  })
}
