import { z } from 'zod'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import { type DocumentKind, documentSchemas, parseJson } from '../../shared/documents/documents.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import { thumbprintOf } from '../../shared/trust/thumbprint.ts'
import { raiseSeenRevision, type SeenRevision, seenRevisions } from '../sqlite/documents.ts'
import { removeInForce } from '../sqlite/in-force.ts'
import { type ReadDb, transaction, type WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import { takeDown, takenDownAssets } from '../sqlite/taken-down.ts'
import { addToTrustChain, trustChain } from '../sqlite/trust-chain.ts'

/** A second place, outside the data folder. `read`: undefined if there is nothing yet; `write`: durable when it returns, or throws. */
export type SealStore = { read(): string | undefined; write(text: string): void }

/** What must never go back, kept a second time: an older copy of the data folder does not bring back what is over. */
export type Seal = {
  /** What did not agree at the start, in sentences. The stricter was taken. */
  readonly findings: readonly string[]
  /** Writes down what the database has seen; returns why it could not, if so. To be called before anything is acknowledged. */
  write(): string | undefined
}

const kinds = Object.keys(documentSchemas) as DocumentKind[]
const content = z.strictObject({
  version: z.literal(1),
  /** Thumbprints of the installed root keys: another city's revisions say nothing here. */
  roots: z.array(z.string()),
  revisions: z.array(
    z.strictObject({
      kind: z.enum(kinds),
      target: z.string(),
      id: z.string(),
      revision: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  trustChain: z.array(z.strictObject({ revision: z.int(), jws: z.string() })),
  takenDown: z.array(assetName),
})
type Content = z.infer<typeof content>

/** The database says that a seal was once written. */
const setting = 'sealed'

/**
 * Compares the two memories and brings the database up to the stricter of them: the higher revision, all take-downs of both.
 * The database is always written first, so a power cut between the two leaves it ahead, never behind.
 */
export function openSeal(db: WriteDb, store: SealStore, rootKeys: readonly PublicJwk[], crypto: Crypto): Seal {
  const roots = rootKeys.map((key) => thumbprintOf(key, crypto))
  const findings: string[] = []
  const sealed = readSeal(store, findings)
  if (sealed === undefined && findings.length === 0 && findSetting(db, setting) !== undefined)
    findings.push('the seal is gone; it is written anew from the database')
  if (sealed && isOfAnotherCity(sealed, roots)) findings.push('the seal is of other root keys and does not count')
  else if (sealed) findings.push(...transaction(db, () => reconcile(db, sealed)))

  let written = store.read()
  function write(): string | undefined {
    const text = JSON.stringify(contentOf(db, roots))
    if (text === written) return undefined
    try {
      store.write(text)
      written = text
      if (findSetting(db, setting) === undefined) putSetting(db, setting, 'yes')
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return { findings, write }
}

function readSeal(store: SealStore, findings: string[]): Content | undefined {
  const text = store.read()
  if (text === undefined) return undefined
  const json = parseJson(Buffer.from(text))
  const read = json.ok ? content.safeParse(json.value) : undefined
  if (read?.success) return read.data
  findings.push('the seal cannot be read; it is written anew from the database')
  return undefined
}

const isOfAnotherCity = (sealed: Content, roots: readonly string[]): boolean =>
  sealed.roots.length > 0 && roots.length > 0 && !sealed.roots.some((kid) => roots.includes(kid))

function reconcile(db: WriteDb, sealed: Content): string[] {
  const seen = new Map(seenRevisions(db).map((one) => [keyOf(one), one]))
  const chain = new Set(trustChain(db).map(({ revision }) => revision))
  for (const link of sealed.trustChain) if (!chain.has(link.revision)) addToTrustChain(db, link)
  const added = takeDown(db, sealed.takenDown, 0)
  const lost = takenDownAssets(db).length - sealed.takenDown.length
  return [
    ...sealed.revisions.flatMap((one) => raise(db, one, seen.get(keyOf(one)))),
    ...(added > 0 ? [`${added} take-downs were sealed that the database did not know`] : []),
    ...(lost > 0 ? [`${lost} take-downs were in the database that were not sealed`] : []),
    ...behind(sealed, seen),
  ]
}

function raise(db: WriteDb, sealed: SeenRevision, known: SeenRevision | undefined): string[] {
  const name = `${sealed.kind} ${sealed.target} ${sealed.id}`
  if (known && known.revision > sealed.revision) return []
  if (known?.revision === sealed.revision)
    return known.sha256 === sealed.sha256 ? [] : [`${name} revision ${known.revision} was sealed with another content`]
  raiseSeenRevision(db, sealed)
  if (sealed.kind === 'playlist') removeInForce(db, sealed.target, sealed.id)
  return [`${name} was sealed at revision ${sealed.revision}, the database knew ${known?.revision ?? 'none'}`]
}

/** A power cut between the two writes, or an older copy of the seal put back. */
function behind(sealed: Content, seen: ReadonlyMap<string, SeenRevision>): string[] {
  const revisions = new Map(sealed.revisions.map((one) => [keyOf(one), one.revision]))
  const ahead = [...seen].filter(([key, one]) => one.revision > (revisions.get(key) ?? 0))
  return ahead.length > 0 ? [`${ahead.length} revisions of the database were newer than the seal`] : []
}

const keyOf = ({ kind, target, id }: Pick<SeenRevision, 'kind' | 'target' | 'id'>): string =>
  JSON.stringify([kind, target, id])

function contentOf(db: ReadDb, roots: readonly string[]): Content {
  const takenDown: AssetName[] = takenDownAssets(db)
  return { version: 1, roots: [...roots], revisions: seenRevisions(db), trustChain: trustChain(db), takenDown }
}
