import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { playerId } from '../../shared/documents/fields.ts'
import { type Jws, jws, type PublicJwk } from '../../shared/documents/jws.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { ChainHeader } from '../../shared/plays/chain-file.ts'
import type { PlaySum, SumBy } from '../../shared/plays/export-rows.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import { gapTyp, headTyp } from '../../shared/plays/statements.ts'
import { playerSigner } from '../adapters/player-key.ts'
import { collectedChains, gapStatementsOf } from '../sqlite/collected.ts'
import type { ReadDb } from '../sqlite/connection.ts'
import { documents } from '../sqlite/documents.ts'
import { filteredPlays, type PlayFilter, playSums } from '../sqlite/play-sums.ts'
import { playHoles, playsChain } from '../sqlite/plays-chain.ts'
import { openForReading } from '../sqlite/read-only.ts'

/** One player's chain of plays, wherever it lies. */
export type PlaySource = {
  readonly player: string
  readonly playerKey: PublicJwk
  /** The player's word for the newest record; null: there is none. */
  readonly head: Jws | null
  readonly acknowledgement: Jws | null
  /** Records that are gone for good and that somebody signs for; the chain goes on behind `through`. */
  readonly gaps: readonly { readonly through: number; readonly statement: Jws }[]
  /** The records after a number, oldest first, some at a time. */
  plays(filter: PlayFilter, after: number): PlayRecord[]
  sums(filter: PlayFilter, by: SumBy): PlaySum[]
}

export type SourceOptions = {
  readonly data?: string | undefined
  readonly db?: string | undefined
  readonly player?: string | undefined
}

const rowsAtOnce = 500

/** Opens a player's data folder or a receiver's database, to read it as it is. Throws in a sentence. */
export function openPlaySources({ data, db, player }: SourceOptions): {
  sources: readonly PlaySource[]
  close(): void
} {
  if ((data === undefined) === (db === undefined))
    throw new OperatorError(
      'Whose plays? Name a player’s data folder with --data DIR, or a collector’s database with --db FILE.',
      2,
    )
  const file = data === undefined ? (db ?? '') : join(data, 'player.db')
  if (!existsSync(file)) throw new OperatorError(`There is no ${file}.`, 2)
  const opened = openForReading(file)
  try {
    const found = data === undefined ? collectedSources(opened.db) : [playerSource(opened.db, player)]
    const sources = found.filter((one) => player === undefined || one.player === player)
    if (player !== undefined && sources.length === 0) throw new OperatorError(`${file} holds no plays of ${player}.`, 2)
    return { sources, close: opened.close }
  } catch (error) {
    opened.close()
    if (error instanceof OperatorError) throw error
    throw new OperatorError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, 1)
  }
}

const parsedJws = (text: string | null): Jws | null => (text === null ? null : jws.parse(JSON.parse(text)))

const collectedSources = (db: ReadDb): PlaySource[] =>
  collectedChains(db).map(({ chain, player, key, head, acknowledgement }) => ({
    player,
    playerKey: key,
    head: parsedJws(head),
    acknowledgement: parsedJws(acknowledgement),
    gaps: gapStatementsOf(db, chain).map(({ through, statement }) => ({
      through,
      statement: jws.parse(JSON.parse(statement)),
    })),
    plays: (filter, after) => filteredPlays(db, { ...filter, chain }, after, rowsAtOnce),
    sums: (filter, by) => playSums(db, { ...filter, chain }, by),
  }))

/** A player's own: it signs for the newest record as it would when it sends it. */
function playerSource(db: ReadDb, named: string | undefined): PlaySource {
  const signer = playerSigner(db)
  if (!signer) throw new OperatorError('This player has no key yet: it has never run.', 1)
  const player = named ?? documents(db).find(({ kind }) => kind === 'site')?.id ?? 'player'
  if (!playerId.safeParse(player).success) throw new OperatorError(`--player ${player}: that is no id of a player.`, 2)
  const { sealedThrough: seq, sealedHash: hash, droppedThrough: after, acknowledgement } = playsChain(db)
  return {
    player,
    playerKey: signer.key,
    head: seq === 0 ? null : signer.sign(headTyp, { kind: 'plays-head', player, seq, hash, after }),
    acknowledgement: parsedJws(acknowledgement),
    gaps: playHoles(db).map((hole) => ({
      through: hole.through,
      statement: signer.sign(gapTyp, { kind: 'plays-gap', player, ...hole }),
    })),
    plays: (filter, seen) => filteredPlays(db, filter, seen, rowsAtOnce),
    sums: (filter, by) => playSums(db, filter, by),
  }
}

/** All records of a source, a few hundred in memory at a time. */
export function* everyPlay(source: PlaySource, filter: PlayFilter = {}): Generator<PlayRecord> {
  let after = 0
  for (let page = source.plays(filter, after); page.length > 0; page = source.plays(filter, after)) {
    yield* page
    after = page.at(-1)?.seq ?? after
  }
}

/** Records and gaps of a whole chain in their order. */
export function* wholeChain(source: PlaySource): Generator<PlayRecord | { readonly statement: Jws }> {
  let after = 0
  for (const play of everyPlay(source)) {
    yield* source.gaps.filter(({ through }) => through > after && through < play.seq)
    yield play
    after = play.seq
  }
}

/** The first line of a chain that is exported. */
export const headerOf = ({ player, playerKey, head, acknowledgement }: PlaySource): ChainHeader | undefined =>
  head === null ? undefined : { kind: 'plays-chain', player, playerKey, head, acknowledgement }
