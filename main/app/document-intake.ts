import type { Refusal } from '../../shared/documents/refusal.ts'
import { type IntakeContext, intake } from '../../shared/intake/intake.ts'
import { putDocument, seenRevision } from '../sqlite/documents.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import { addRefusal } from '../sqlite/refusals.ts'
import type { Identity, Knowledge } from './knowledge.ts'
import type { Clock } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** What came of a message: nothing new, refused, or a document of this kind was stored. */
export type Taken = 'known' | 'refused' | 'trust' | 'site' | 'playlist' | 'takedowns' | 'command'

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
): (topic: string, bytes: Uint8Array) => Taken {
  const refuse = (topic: string, refusal: Refusal): Taken => {
    const { code, field, message } = refusal
    transaction(db, () => {
      addRefusal(db, { at: clock.now(), topic, code, field, message })
      reporter.event('document-refused', sentence(refusal), { topic, code, field })
    })
    return 'refused'
  }

  return (topic, bytes) => {
    const { keyring, groups, newest } = knowledge()
    const context: IntakeContext = {
      topicPrefix,
      playerId: identity.playerId,
      groups,
      keyring,
      atMs: clock.now(),
      seen: (kind, target, id) => seenRevision(db, kind, target, id),
      isEmergency: (target, id) =>
        newest.some(
          ({ playlist }) => playlist.target === target && playlist.id === id && playlist.priority === 'emergency',
        ),
    }
    const result = intake(topic, bytes, context, identity.crypto)
    if (!result.ok) return refuse(topic, result.refusal)
    if (result.value.kind === 'known') return 'known'
    const { kind, target, id, revision, text } = result.value.accepted
    if (kind === 'command')
      return refuse(topic, { code: 'unsupported', field: 'command', message: 'this version takes no commands' })
    transaction(db, () => {
      putDocument(db, { kind, target, id, revision, topic, jws: text, receivedAt: clock.now() })
      reporter.event('document-accepted', `${kind} ${id} revision ${revision}`, { kind, target, id, revision })
    })
    return kind
  }
}

const sentence = ({ field, message }: Refusal): string => (field === '' ? message : `${field}: ${message}`)
