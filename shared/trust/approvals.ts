import type { AssetName } from '../asset-name.ts'
import { type Approval, approval } from '../documents/approval.ts'
import { parseJson, typOf } from '../documents/documents.ts'
import type { AssetFacts, Playlist } from '../documents/playlist.ts'
import type { Crypto } from './crypto.ts'
import type { Keyring } from './keyring.ts'
import { verifyJws, withRole } from './verify.ts'

/** A valid statement about an asset and the approvers behind it. */
type Statement = { readonly approval: Approval; readonly approvers: readonly string[] }

/** Valid statements by asset, of a playlist that carried them. */
export type Approvals = ReadonlyMap<AssetName, readonly Statement[]>

/**
 * The approvals in a playlist that count: good signatures of approver keys, over facts that are the playlist's own. With
 * strict separation a key that signed the playlist does not approve its assets.
 */
export function approvalsOf(
  playlist: Playlist,
  publishers: readonly string[],
  keyring: Keyring,
  crypto: Crypto,
): Approvals {
  const byAsset = new Map<AssetName, Statement[]>()
  for (const jws of playlist.approvals) {
    const verified = verifyJws(jws, typOf('approval'), keyring, crypto)
    if (!verified.ok) continue
    const json = parseJson(verified.value.payload)
    const read = json.ok ? approval.safeParse(json.value) : undefined
    if (!read?.success || !agrees(read.data, playlist.assets[read.data.asset])) continue
    const approvers = withRole(verified.value.signers, 'approver')
      .map((key) => key.kid)
      .filter((kid) => keyring.separation === 'none' || !publishers.includes(kid))
    const statements = byAsset.get(read.data.asset) ?? []
    byAsset.set(read.data.asset, [...statements, { approval: read.data, approvers }])
  }
  return byAsset
}

/** What was approved is what is pushed: the type decides how bytes are read, so it is part of the statement. */
const agrees = (statement: Approval, facts: AssetFacts | undefined): boolean =>
  facts !== undefined && statement.mediaType === facts.mediaType && statement.bytes === facts.bytes

/** Where and when an approval is asked about. `targets`: this player's own, its groups' and `fleet`. */
export type ApprovalScope = { readonly atMs: number; readonly targets: readonly string[] }

/** Whether enough different approvers stand behind an asset, here and now. */
export function isApproved(asset: AssetName, approvals: Approvals, keyring: Keyring, scope: ApprovalScope): boolean {
  const approvers = new Set<string>()
  for (const statement of approvals.get(asset) ?? []) {
    if (covers(statement.approval, scope)) for (const kid of statement.approvers) approvers.add(kid)
  }
  return approvers.size >= keyring.approvalsNeeded
}

const covers = (statement: Approval, scope: ApprovalScope): boolean =>
  (!statement.from || Date.parse(statement.from) <= scope.atMs) &&
  (!statement.until || scope.atMs < Date.parse(statement.until)) &&
  (!statement.targets || statement.targets.some((target) => scope.targets.includes(target)))
