import type { Knowledge } from '../../main/app/knowledge.ts'
import { documents, seenRevisions } from '../../main/sqlite/documents.ts'
import type { ReadDb } from '../../main/sqlite/open.ts'
import { nextInOutbox } from '../../main/sqlite/outbox.ts'
import { takenDownAssets } from '../../main/sqlite/taken-down.ts'
import { event } from '../../shared/reports/event.ts'
import type { World } from './check-world.ts'
import { type Expected, keyOfDocument } from './expected.ts'

/** Nothing acknowledged is older than it was, nothing is there that was never published, and today's keys vouch for all of it. */
export function rolledBack(db: ReadDb, knowledge: Knowledge, expected: Expected, { published }: World): string[] {
  const stored = new Map(documents(db).map((one) => [keyOfDocument(one), one]))
  const seen = new Map(seenRevisions(db).map((one) => [keyOfDocument(one), one.revision]))
  const known = new Set(published.map(({ sha256 }) => sha256))
  const problems = [...stored.values()]
    .filter(({ sha256 }) => !known.has(sha256))
    .map((one) => `${one.kind} ${one.id} is one that nobody published`)
  for (const [key, { revision, kind, id, target }] of expected.documents) {
    if ((stored.get(key)?.revision ?? 0) < revision)
      problems.push(`${key} went back from ${revision} to ${stored.get(key)?.revision ?? 'nothing'}`)
    if ((seen.get(key) ?? 0) < revision)
      problems.push(`${key} is remembered as ${seen.get(key) ?? 'nothing'}, not ${revision}`)
    if (kind === 'trust' && knowledge.keyring.revision < revision) problems.push(`trust ${revision} is not believed`)
    const believed = knowledge.newest.some(({ playlist }) => playlist.id === id && playlist.target === target)
    if (kind === 'playlist' && !believed) problems.push(`${key} is not believed`)
  }
  const down = new Set(takenDownAssets(db))
  return [
    ...problems,
    ...[...expected.takenDown].filter((asset) => !down.has(asset)).map((asset) => `${asset} is no longer taken down`),
  ]
}

/** An acceptance was told to the broker, or waits to be. */
export function unreported(db: ReadDb, expected: Expected): string[] {
  const waiting = new Set(
    nextInOutbox(db, 20_000)
      .filter(({ topic }) => topic.endsWith('/events'))
      .map(({ payload }) => event.parse(JSON.parse(payload)))
      .filter(({ code }) => code === 'document-accepted')
      .map(({ about }) => `${about.kind} ${about.target} ${about.id} ${about.revision}`),
  )
  return [...expected.documents.values()]
    .map((one) => `${keyOfDocument(one)} ${one.revision}`)
    .filter((one) => !waiting.has(one) && !expected.reported.has(one))
    .map((one) => `that ${one} was accepted will never be reported`)
}
