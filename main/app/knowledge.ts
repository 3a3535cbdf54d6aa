import type { AssetName } from '../../shared/asset-name.ts'
import type { DocumentKind, DocumentOf } from '../../shared/documents/documents.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Site } from '../../shared/documents/site.ts'
import { readDocument, targetsOf } from '../../shared/intake/intake.ts'
import type { VerifiedPlaylist } from '../../shared/loop/standing.ts'
import { approvalsOf } from '../../shared/trust/approvals.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import { type Keyring, keyringOf } from '../../shared/trust/keyring.ts'
import { documents } from '../sqlite/documents.ts'
import { formerPlaylists } from '../sqlite/in-force.ts'
import type { ReadDb } from '../sqlite/open.ts'

/** All that a player was told and believes at this moment: every signature was checked against today's keys. */
export type Knowledge = {
  readonly keyring: Keyring
  readonly site: Site | undefined
  readonly timeZone: string
  readonly targets: readonly string[]
  readonly groups: readonly string[]
  readonly takenDown: ReadonlySet<AssetName>
  /** Revision of the list they are from; 0 if none has come. */
  readonly takedownsRevision: number
  /** The newest revision of each playlist meant for this player. */
  readonly newest: readonly VerifiedPlaylist[]
  /** The revisions that were in the loop last. */
  readonly former: readonly VerifiedPlaylist[]
}

/** Who the player is, and the primitives it checks with. */
export type Identity = { readonly playerId: string; readonly rootKeys: readonly PublicJwk[]; readonly crypto: Crypto }

/** Reads everything anew from the database. A stored document that today's keys no longer vouch for is not in the result. */
export function readKnowledge(db: ReadDb, identity: Identity, systemTimeZone: string): Knowledge {
  const { crypto, rootKeys, playerId } = identity
  const roots = keyringOf(rootKeys, undefined, crypto)
  const keyring = keyringOf(rootKeys, newestOf(db, 'trust', roots, crypto)[0]?.document, crypto)
  const site = newestOf(db, 'site', keyring, crypto).find(({ document }) => document.id === playerId)?.document
  const groups = site?.groups ?? []
  const targets = targetsOf({ playerId, groups })
  const takedowns = newestOf(db, 'takedowns', keyring, crypto)
  const here = (rows: readonly Row<'playlist'>[]) =>
    rows.filter(({ document }) => targets.includes(document.target)).map((row) => verified(row, keyring, crypto))
  return {
    keyring,
    site,
    timeZone: site?.timeZone ?? systemTimeZone,
    targets,
    groups,
    takenDown: new Set(takedowns.flatMap(({ document }) => document.assets.map((one) => one.asset))),
    takedownsRevision: takedowns[0]?.document.revision ?? 0,
    newest: here(newestOf(db, 'playlist', keyring, crypto)),
    former: here(formerPlaylists(db).flatMap((row) => checked('playlist', row, keyring, crypto))),
  }
}

type Row<K extends DocumentKind> = { readonly document: DocumentOf<K>; readonly signers: readonly string[] }

const newestOf = <K extends DocumentKind>(db: ReadDb, kind: K, keyring: Keyring, crypto: Crypto): Row<K>[] =>
  documents(db, kind).flatMap((row) => checked(kind, row, keyring, crypto))

function checked<K extends DocumentKind>(
  kind: K,
  row: { target: string; id: string; jws: string },
  keyring: Keyring,
  crypto: Crypto,
): Row<K>[] {
  const read = readDocument({ kind, target: row.target, id: row.id }, Buffer.from(row.jws), { keyring }, crypto)
  if (!read.ok || read.value.kind !== kind || read.value.target !== row.target || read.value.id !== row.id) return []
  return [{ document: read.value.document as DocumentOf<K>, signers: read.value.signers }]
}

const verified = ({ document, signers }: Row<'playlist'>, keyring: Keyring, crypto: Crypto): VerifiedPlaylist => ({
  playlist: document,
  approvals: approvalsOf(document, signers, keyring, crypto),
})
