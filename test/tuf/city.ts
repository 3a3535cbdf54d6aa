import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { Taken } from '../../main/app/document-intake.ts'
import { documents } from '../../main/sqlite/documents.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import { type ForgeKey, forgeKey, type Payload } from '../attack/forge.ts'
import { openIntake, type RealIntake } from '../attack/real-intake.ts'
import {
  approve,
  evil,
  type Fact,
  type Genuine,
  genuine,
  issuedAt,
  nowMs,
  playlistPayload,
  shown,
} from '../attack/world.ts'

/** Numbered keys, as the conformance suite writes its cases; the first of each role counts where no number is given. */
export const rootKey = (number: number): ForgeKey => forgeKey(`root ${number}`)
export const publisher = forgeKey('the publisher')
export const approver = (number = 1): ForgeKey => forgeKey(`approver ${number}`)
export const operator = forgeKey('the operator')
export const stranger = forgeKey('a stranger')

const key = (one: ForgeKey, role: string, more: Payload = {}) => ({ jwk: one.jwk, roles: [role], ...more })
const usualKeys = [key(publisher, 'publisher'), key(approver(), 'approver'), key(operator, 'operator')]

/** A trust document of some revision, signed by these root keys. */
export function trust(revision: number, signers: readonly number[], more: Payload = {}): Genuine {
  const usual = { kind: 'trust', id: 'trust', revision, issuedAt, target: 'fleet', keys: usualKeys }
  return genuine('trust', { ...usual, ...more }, ...signers.map(rootKey))
}
/** A trust document that names its root keys and how many of them sign the next one. */
export const rootsOf = (revision: number, names: readonly number[], needed: number, signers: readonly number[]) =>
  trust(revision, signers, { rootKeys: names.map((number) => rootKey(number).jwk), roots: { needed } })

export const site = (revision: number, more: Payload = {}, signer = operator): Genuine =>
  genuine('site', { kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', ...more }, signer)

/** A playlist of one approved asset. */
export function playlist(revision: number, more: Payload = {}, signer = publisher, by = [approver()], asset = dawn) {
  const approvals = by.length > 0 ? [approve(asset, by)] : []
  return genuine('playlist', playlistPayload(revision, [asset], { approvals, ...more }), signer)
}
export const [dawn = evil, noon = evil] = shown

export type Player = {
  take(document: Pick<Genuine, 'topic' | 'bytes'>): Taken
  /** Takes it, and says the code of the refusal; undefined if it was taken. */
  refusal(document: Pick<Genuine, 'topic' | 'bytes'>): string | undefined
  trustRevision(): number
  /** Assets in the loop; all of them are on disk. */
  loop(): AssetName[]
  /** The document that is stored, as it came. */
  stored(kind: Genuine['kind']): string | undefined
  /** As after a power cut: everything is read from disk again. */
  restart(): void
  /** The clock from now on. */
  setClock(ms: number): void
}

/** A player that is installed with root keys and has seen nothing yet. */
export function installPlayer(context: { after(undo: () => void): void }, roots: readonly number[] = [1]): Player {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-tuf-'))
  let atMs = nowMs
  const open = (): RealIntake =>
    openIntake({ folder, rootKeys: roots.map((number) => rootKey(number).jwk), crypto: nodeCrypto, now: () => atMs })
  let intake = open()
  context.after(() => {
    intake.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const take = ({ topic, bytes }: Pick<Genuine, 'topic' | 'bytes'>): Taken => intake.take(topic, bytes)
  const facts: readonly Fact[] = [...shown, evil]
  return {
    take,
    refusal: (document) => (take(document) === 'refused' ? intake.lastRefusal() : undefined),
    trustRevision: () => intake.knowledge().keyring.revision,
    loop: () => [...intake.lanes(facts.map(({ asset }) => asset))],
    stored: (kind) => documents(intake.db, kind)[0]?.jws,
    restart() {
      intake.close()
      intake = open()
    },
    setClock(ms) {
      atMs = ms
    },
  }
}
