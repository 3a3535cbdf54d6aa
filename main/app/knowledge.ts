import type { AssetName } from '../../shared/asset-name.ts'
import type { DocumentKind, DocumentOf } from '../../shared/documents/documents.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Site } from '../../shared/documents/site.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import { readDocument, targetsOf } from '../../shared/intake/intake.ts'
import { fallbackPlaylist } from '../../shared/loop/fallback.ts'
import type { VerifiedPlaylist } from '../../shared/loop/standing.ts'
import { approvalsOf } from '../../shared/trust/approvals.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import { type Keyring, keyringAt, keyringOf } from '../../shared/trust/keyring.ts'
import { documents, seenRevision } from '../sqlite/documents.ts'
import { formerPlaylists } from '../sqlite/in-force.ts'
import type { ReadDb } from '../sqlite/open.ts'
import { takenDownAssets } from '../sqlite/taken-down.ts'
import { type TrustChainLink, trustChain } from '../sqlite/trust-chain.ts'

/** All that a player was told and believes at this moment: every signature was checked against today's keys. */
export type Knowledge = {
  readonly keyring: Keyring
  readonly site: Site | undefined
  readonly timeZone: string
  readonly targets: readonly string[]
  readonly groups: readonly string[]
  readonly takenDown: ReadonlySet<AssetName>
  /** The newest list that was taken; 0 if none has come. What an older one took down stays down. */
  readonly takedownsRevision: number
  /** The newest revision of each playlist meant for this player. */
  readonly newest: readonly VerifiedPlaylist[]
  /** The revisions that were in the loop last. */
  readonly former: readonly VerifiedPlaylist[]
  /** The site's fallback in the form of a playlist; undefined when it has none. */
  readonly fallback: VerifiedPlaylist | undefined
}

/** Who the player is, and the primitives it checks with. */
export type Identity = { readonly playerId: string; readonly rootKeys: readonly PublicJwk[]; readonly crypto: Crypto }

/**
 * Reads everything anew from the database. A stored document that today's keys no longer vouch for is not in the result, nor
 * is one that is older than the newest revision seen. The time of keys is judged as of when a document came.
 */
export function readKnowledge(db: ReadDb, identity: Identity, systemTimeZone: string): Knowledge {
  const { crypto, playerId } = identity
  const keyring = readKeyring(db, identity)
  const siteRow = newestOf(db, 'site', keyring, crypto).find(({ document }) => document.id === playerId)
  const site = siteRow?.document
  const groups = site?.groups ?? []
  const targets = targetsOf({ playerId, groups })
  const here = (rows: readonly Row<'playlist'>[]) =>
    rows.filter(({ document }) => targets.includes(document.target)).map((row) => verified(row, crypto))
  return {
    keyring,
    site,
    timeZone: site?.timeZone ?? systemTimeZone,
    targets,
    groups,
    takenDown: new Set(takenDownAssets(db)),
    takedownsRevision: seenRevision(db, 'takedowns', 'fleet', 'takedowns')?.revision ?? 0,
    newest: here(newestOf(db, 'playlist', keyring, crypto)),
    former: here(formerPlaylists(db).flatMap((row) => checked('playlist', row, keyring, crypto))),
    fallback: siteRow && fallbackIn(siteRow, crypto),
  }
}

/** From the installed root keys through every document that changed them to the newest one: each is checked by the roots before it. */
function readKeyring(db: ReadDb, { rootKeys, crypto }: Identity): Keyring {
  const chain = trustChain(db)
  const newest = believed(db, 'trust')[0] ?? sealedTrust(db, chain)
  const before = chain
    .filter(({ revision }) => newest === undefined || revision < newest.revision)
    .reduce<Keyring>(
      (roots, link) => keyringOf(roots.roots, trustIn({ ...link, receivedAt: 0 }, roots, crypto), crypto),
      keyringOf(rootKeys, undefined, crypto),
    )
  const roots = keyringOf(before.roots, undefined, crypto)
  return keyringOf(roots.roots, newest && trustIn(newest, roots, crypto), crypto)
}

/** A database that was put back may lack the newest trust document: if that changed the roots, the chain from the seal has it. */
function sealedTrust(
  db: ReadDb,
  chain: readonly TrustChainLink[],
): (TrustChainLink & { receivedAt: number }) | undefined {
  const seen = seenRevision(db, 'trust', 'fleet', 'trust')
  const link = chain.find(({ revision }) => revision === seen?.revision)
  return link && { ...link, receivedAt: 0 }
}

const trustIn = (row: { jws: string; receivedAt: number }, roots: Keyring, crypto: Crypto): Trust | undefined =>
  checked('trust', { ...row, target: 'fleet', id: 'trust' }, keyringOf(roots.roots, undefined, crypto), crypto)[0]
    ?.document

type Row<K extends DocumentKind> = {
  readonly document: DocumentOf<K>
  readonly signers: readonly string[]
  /** The keys that counted when it came. */
  readonly keyring: Keyring
}

/** The stored documents that are the newest seen: a restored database may hold older ones than the seal has seen. */
const believed = (db: ReadDb, kind: DocumentKind) =>
  documents(db, kind).filter(
    ({ target, id, revision }) => revision >= (seenRevision(db, kind, target, id)?.revision ?? revision),
  )

const newestOf = <K extends DocumentKind>(db: ReadDb, kind: K, keyring: Keyring, crypto: Crypto): Row<K>[] =>
  believed(db, kind).flatMap((row) => checked(kind, row, keyring, crypto))

function checked<K extends DocumentKind>(
  kind: K,
  row: { target: string; id: string; jws: string; receivedAt: number },
  today: Keyring,
  crypto: Crypto,
): Row<K>[] {
  const keyring = keyringAt(today, row.receivedAt)
  const read = readDocument({ kind, target: row.target, id: row.id }, Buffer.from(row.jws), { keyring }, crypto)
  if (!read.ok || read.value.kind !== kind || read.value.target !== row.target || read.value.id !== row.id) return []
  return [{ document: read.value.document as DocumentOf<K>, signers: read.value.signers, keyring }]
}

/** Who signed the site does not approve its fallback, as a publisher does not approve what is in a playlist. */
function fallbackIn({ document, ...row }: Row<'site'>, crypto: Crypto): VerifiedPlaylist | undefined {
  const playlist = fallbackPlaylist(document)
  return playlist && verified({ ...row, document: playlist }, crypto)
}

const verified = ({ document, signers, keyring }: Row<'playlist'>, crypto: Crypto): VerifiedPlaylist => ({
  playlist: document,
  approvals: approvalsOf(document, signers, keyring, crypto),
})
