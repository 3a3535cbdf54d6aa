import { z } from 'zod'
import { assetName } from '../../shared/asset-name.ts'
import { type PlayRecord, playInstant, playLevel, playOutcome, type UnsealedPlay } from '../../shared/plays/record.ts'

/** A hash is 32 bytes in a table, and 64 digits everywhere else. */
export const hashText = z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex'))
export const hashBytes = (text: string): Uint8Array => Buffer.from(text, 'hex')

/** The columns of a record, by the names that it has on the wire: in the player's table and in a receiver's. */
export const playColumns = `seq, kind, playlist, revision, item, asset, started_at AS startedAt, ms,
  presented_frames AS presentedFrames, dropped_frames AS droppedFrames, outcome, level, wall_on AS wallOn, brightness, clock`

const fields = z.object({
  seq: z.int(),
  kind: z.enum(['showing', 'dark']),
  playlist: z.string(),
  revision: z.int(),
  item: z.string(),
  asset: assetName.or(z.literal('')),
  startedAt: z.int().transform(playInstant),
  ms: z.int(),
  presentedFrames: z.int(),
  droppedFrames: z.int(),
  outcome: playOutcome,
  level: playLevel.nullable(),
  wallOn: z.int().transform((flag) => flag === 1),
  brightness: z.number().nullable(),
  clock: z.enum(['trusted', 'holdover', 'unknown']),
})

/** A record that has ended and has no hash yet. */
export const unsealedPlay = fields.transform((row): UnsealedPlay => row)
/** A record with its hashes; to be selected with `previous` and `hash`. */
export const sealedPlay = fields.extend({ previous: hashText, hash: hashText }).transform((row): PlayRecord => row)
