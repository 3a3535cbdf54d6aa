import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

const playlistInForce = z.object({
  target: z.string(),
  id: z.string(),
  revision: z.int(),
  topic: z.string(),
  jws: z.string(),
  receivedAt: z.int(),
})

/** The revision of a playlist that was in the loop last: it stands in until a newer one is complete. */
export type PlaylistInForce = z.infer<typeof playlistInForce>

/** Those that are no longer the newest revision: only they have anything to stand in for. */
export const formerPlaylists = (db: ReadDb): PlaylistInForce[] =>
  db.all(
    playlistInForce,
    `SELECT target, id, revision, topic, jws, received_at AS receivedAt FROM playlists_in_force AS former
     WHERE NOT EXISTS (
       SELECT 1 FROM documents AS newest WHERE newest.kind = 'playlist'
       AND newest.target = former.target AND newest.id = former.id AND newest.revision = former.revision
     ) ORDER BY target, id`,
  )

/** Replaces what was in force under the same target and id, and nothing if it is that already. */
export function putInForce(db: WriteDb, { target, id, revision, topic, jws, receivedAt }: PlaylistInForce): void {
  db.run(
    `INSERT INTO playlists_in_force (target, id, revision, topic, jws, received_at)
     VALUES ($target, $id, $revision, $topic, $jws, $receivedAt)
     ON CONFLICT (target, id) DO UPDATE SET revision = $revision, topic = $topic, jws = $jws, received_at = $receivedAt
     WHERE revision <> $revision`,
    { target, id, revision, topic, jws, receivedAt },
  )
}

/** A newer revision was seen elsewhere: what this database had in force does not stand in for it. */
export function removeInForce(db: WriteDb, target: string, id: string): void {
  db.run('DELETE FROM playlists_in_force WHERE target = $target AND id = $id', { target, id })
}
