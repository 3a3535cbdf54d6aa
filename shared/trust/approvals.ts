import type { AssetName } from '../asset-name.ts'
import { type Approval, approval } from '../documents/approval.ts'
import { parseJson, typOf } from '../documents/documents.ts'
import type { AssetFacts, Item, Playlist } from '../documents/playlist.ts'
import type { Crypto } from './crypto.ts'
import type { Keyring } from './keyring.ts'
import { verifyJws, withRole } from './verify.ts'
import { type Words, wordsHash, wordsOf } from './words.ts'

/**
 * A valid statement about an asset and the approvers behind it. `words`: what the hash in it stands for, as `wordsOf` has it,
 * if an item of the playlist says that.
 */
export type Statement = {
  readonly approval: Approval
  readonly approvers: readonly string[]
  readonly words?: string | undefined
}

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
  const wordsByHash = keyring.words === 'approved' ? hashedWords(playlist.items, crypto) : new Map<string, string>()
  for (const jws of playlist.approvals) {
    const verified = verifyJws(jws, typOf('approval'), keyring, crypto)
    if (!verified.ok) continue
    const json = parseJson(verified.value.payload)
    const read = json.ok ? approval.safeParse(json.value) : undefined
    if (!read?.success || !agrees(read.data, playlist.assets[read.data.asset])) continue
    const approvers = withRole(verified.value.signers, 'approver')
      .map((key) => key.kid)
      .filter((kid) => keyring.separation === 'none' || !publishers.includes(kid))
    if (approvers.length === 0) continue
    const statements = byAsset.get(read.data.asset) ?? []
    const words = read.data.words === undefined ? undefined : wordsByHash.get(read.data.words)
    byAsset.set(read.data.asset, [...statements, { approval: read.data, approvers, words }])
  }
  return byAsset
}

function hashedWords(items: readonly Item[], crypto: Crypto): Map<string, string> {
  const distinct = new Set(items.flatMap((item) => wordsOf(item) ?? []))
  return new Map([...distinct].map((words) => [wordsHash(words, crypto), words]))
}

/** What was approved is what is pushed: the type decides how bytes are read, so it is part of the statement. */
const agrees = (statement: Approval, facts: AssetFacts | undefined): boolean =>
  facts !== undefined && statement.mediaType === facts.mediaType && statement.bytes === facts.bytes

/** Where and when an approval is asked about. `targets`: this player's own, its groups' and `fleet`. */
export type ApprovalScope = { readonly atMs: number; readonly targets: readonly string[] }

/**
 * Whether enough different approvers stand behind an asset, here and now, whatever words they said it about. `from-until`:
 * only statements with both an instant to begin and one to end count, as for a live stream, of which nobody has seen the end.
 */
export const isApproved = (
  asset: AssetName,
  approvals: Approvals,
  keyring: Keyring,
  scope: ApprovalScope,
  window: 'any' | 'from-until' = 'any',
): boolean => {
  const statements = approvals.get(asset) ?? []
  const counting = window === 'any' ? statements : statements.filter(({ approval }) => isBounded(approval))
  return haveEnough(counting, keyring, scope)
}

const isBounded = ({ from, until }: Approval): boolean => from !== undefined && until !== undefined

/**
 * Whether an item may say what it says beside its picture, here and now: where trust asks for it, enough different
 * approvers have signed its asset with exactly these words. An item without words says nothing.
 */
export function areWordsApproved(
  item: Pick<Item, 'asset'> & Words,
  approvals: Approvals,
  keyring: Keyring,
  scope: ApprovalScope,
): boolean {
  if (keyring.words === 'free') return true
  const words = wordsOf(item)
  return words === undefined || haveEnough(statementsAbout(item.asset, words, approvals), keyring, scope)
}

/** The statements about an asset with these words; without words, all about the asset. */
export const statementsAbout = (
  asset: AssetName,
  words: string | undefined,
  approvals: Approvals,
): readonly Statement[] =>
  (approvals.get(asset) ?? []).filter((statement) => words === undefined || statement.words === words)

function haveEnough(statements: readonly Statement[], keyring: Keyring, scope: ApprovalScope): boolean {
  const approvers = new Set<string>()
  for (const statement of statements) {
    if (approvers.size >= keyring.approvalsNeeded) return true // asked for every asset each time a loop is built
    if (covers(statement.approval, scope)) for (const approver of statement.approvers) approvers.add(approver)
  }
  return approvers.size >= keyring.approvalsNeeded
}

const covers = (statement: Approval, scope: ApprovalScope): boolean =>
  (!statement.from || Date.parse(statement.from) <= scope.atMs) &&
  (!statement.until || scope.atMs < Date.parse(statement.until)) &&
  (!statement.targets || statement.targets.some((target) => scope.targets.includes(target)))
