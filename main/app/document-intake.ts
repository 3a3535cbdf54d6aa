import type { AssetName } from '../../shared/asset-name.ts'
import type { Command } from '../../shared/documents/command.ts'
import type { DocumentKind } from '../../shared/documents/documents.ts'
import type { Pointer } from '../../shared/documents/pointer.ts'
import type { Refusal } from '../../shared/documents/refusal.ts'
import type { Takedowns } from '../../shared/documents/takedowns.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import {
  type AcceptedDocument,
  type IntakeContext,
  intake,
  judgedAtMs,
  maximumDocumentBytes,
  maximumMessageBytes,
} from '../../shared/intake/intake.ts'
import { documentTopicOf } from '../../shared/topics.ts'
import { rootsAfter, sameRoots } from '../../shared/trust/roots.ts'
import { countDocuments, findDocument, putDocument, seenRevision } from '../sqlite/documents.ts'
import { removeInForce } from '../sqlite/in-force.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import { addRefusal } from '../sqlite/refusals.ts'
import { takeDown } from '../sqlite/taken-down.ts'
import { addToTrustChain, trustChain } from '../sqlite/trust-chain.ts'
import type { ReplyAddress } from './broker.ts'
import type { Identity, Knowledge } from './knowledge.ts'
import type { Clock } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** What came of a message: nothing new, refused, fetched later, or a document of this kind was stored. */
export type Taken = 'known' | 'refused' | 'pointer' | DocumentKind

/** What the intake hands on, besides what it stores. */
export type IntakeOutlets = {
  /** A document was stored: it is to be sealed before its acknowledgement goes out. */
  readonly stored: () => void
  /** A signed command for this player, not yet judged by time or number. */
  readonly command: (command: Command, reply: ReplyAddress | undefined) => void
  /** An unsigned pointer to a document for this topic. */
  readonly pointer: (topic: string, pointer: Pointer) => void
}

/** Takes a message; `fetched`: it is what a pointer led to. */
export type TakeDocument = (
  topic: string,
  bytes: Uint8Array,
  how?: { readonly fetched?: boolean; readonly reply?: ReplyAddress | undefined },
) => Taken

/** More playlists than a wall could ever need: a stolen publisher key shall not fill the disk. */
const mostPlaylists = 1000

/**
 * Takes messages from the broker. When it returns, the document and the report of it are on disk: only then does the
 * acknowledgement go out.
 */
export function createDocumentIntake(
  db: WriteDb,
  identity: Identity,
  topicPrefix: string,
  knowledge: () => Knowledge,
  clock: Clock,
  reporter: Reporter,
  outlets: IntakeOutlets,
): TakeDocument {
  const refuse = (topic: string, refusal: Refusal): Taken => {
    const { code, field, message } = refusal
    const about = { topic: topic.slice(0, 300), code, field }
    const isCommand = documentTopicOf(topicPrefix, topic)?.kind === 'command'
    transaction(db, () => {
      addRefusal(db, { at: clock.now(), topic: about.topic, code, field, message })
      reporter.event(isCommand ? 'command-refused' : 'document-refused', sentence(refusal), about)
    })
    return 'refused'
  }

  const contextNow = (): IntakeContext => {
    const { keyring, groups, newest } = knowledge()
    return {
      topicPrefix,
      playerId: identity.playerId,
      groups,
      keyring,
      atMs: clock.now(),
      seen(kind, target, id) {
        const seen = seenRevision(db, kind, target, id)
        const inChain = kind === 'trust' && trustChain(db).some(({ revision }) => revision === seen?.revision)
        return seen && { ...seen, held: inChain || findDocument(db, kind, target, id)?.sha256 === seen.sha256 }
      },
      isEmergency: (target, id) =>
        newest.some(
          ({ playlist }) => playlist.target === target && playlist.id === id && playlist.priority === 'emergency',
        ),
    }
  }

  /** All or nothing: the document, what follows from it for ever, and the report of it. */
  function store(topic: string, accepted: AcceptedDocument, context: IntakeContext): Taken {
    const { kind, target, id, revision, text, document } = accepted
    if (kind === 'playlist' && !findDocument(db, kind, target, id) && countDocuments(db, kind) >= mostPlaylists)
      return refuse(topic, { code: 'too-many', field: 'id', message: `there are ${mostPlaylists} playlists already` })
    const receivedAt = judgedAtMs(context)
    transaction(db, () => {
      putDocument(db, { kind, target, id, revision, topic, jws: text, receivedAt })
      if (document.kind === 'trust') noteRoots(document, text, context)
      if (document.kind === 'takedowns') takeDown(db, assetsOf(document), receivedAt)
      // What was withdrawn does not stand in for a later revision that is still arriving.
      if (document.kind === 'playlist' && document.withdrawn) removeInForce(db, target, id)
      reporter.event('document-accepted', `${kind} ${id} revision ${revision}`, { kind, target, id, revision })
    })
    outlets.stored()
    return kind
  }

  function noteRoots(document: Trust, jws: string, { keyring }: IntakeContext): void {
    const after = rootsAfter(keyring.roots, document, identity.crypto)
    if (!sameRoots(keyring.roots, after)) addToTrustChain(db, { revision: document.revision, jws })
  }

  /** A list that is not the newest: refused, but what it takes down is down. */
  function storeLate(topic: string, { document }: AcceptedDocument, refusal: Refusal, context: IntakeContext): Taken {
    const added = document.kind === 'takedowns' ? takeDown(db, assetsOf(document), judgedAtMs(context)) : 0
    refuse(topic, refusal)
    if (added === 0) return 'refused'
    outlets.stored()
    return 'takedowns'
  }

  return (topic, bytes, { fetched = false, reply } = {}) => {
    const context = contextNow()
    const result = intake(topic, bytes, context, identity.crypto, fetched ? maximumDocumentBytes : maximumMessageBytes)
    if (!result.ok) return refuse(topic, result.refusal)
    const { value } = result
    switch (value.kind) {
      case 'known':
        return 'known'
      case 'pointer':
        outlets.pointer(topic, value.pointer)
        return 'pointer'
      case 'late':
        return storeLate(topic, value.accepted, value.refusal, context)
      case 'new':
        if (value.accepted.document.kind !== 'command') return store(topic, value.accepted, context)
        outlets.command(value.accepted.document, reply)
        return 'command'
    }
  }
}

const assetsOf = (list: Takedowns): AssetName[] => list.assets.map(({ asset }) => asset)

const sentence = ({ field, message }: Refusal): string => (field === '' ? message : `${field}: ${message}`)
