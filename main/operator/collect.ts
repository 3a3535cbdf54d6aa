import { z } from 'zod'
import { parseJson } from '../../shared/documents/documents.ts'
import { type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import { readBatch, type SoundBatch } from '../../shared/plays/batch.ts'
import { type Gap, gapText, type Reception, receive } from '../../shared/plays/receive.ts'
import { noRecordBefore } from '../../shared/plays/record.ts'
import { ackTyp, gapTyp } from '../../shared/plays/statements.ts'
import { playsAckTopic, reportTopicOf } from '../../shared/topics.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import type { StatementSigner } from '../adapters/statement-signer.ts'
import {
  addCollected,
  addGap,
  beginChain,
  type CollectedChain,
  collectedHash,
  currentChain,
  putHead,
} from '../sqlite/collected.ts'
import type { WriteDb } from '../sqlite/connection.ts'

/** Something that a receiver has to say, with its sentence. */
export type Collected =
  | { readonly event: 'stored'; readonly player: string; readonly records: number; readonly through: number }
  | {
      readonly event: 'gap'
      readonly player: string
      readonly from: number
      readonly through: number
      readonly message: string
    }
  | {
      readonly event: 'fork' | 'refused' | 'key-changed' | 'key-accepted' | 'early' | 'unknown-key'
      readonly player: string
      readonly message: string
    }

export type CollectorOptions = {
  readonly db: WriteDb
  readonly topicPrefix: string
  /** An operator key: what it acknowledges can no longer be rewritten. */
  readonly signer: StatementSigner
  /** Players that may begin anew, with another key or another past. */
  readonly accept: ReadonlySet<string>
  readonly now: () => number
  /** Sends an acknowledgement; what is lost is asked for again by the player. */
  readonly publish: (topic: string, payload: string) => void
  readonly say: (what: Collected) => void
}

/** Takes what a fleet says of its plays. When `plays` returns, the records are on disk: only then may the broker forget them. */
export type Collector = {
  /** A state of a player: its key is in it. */
  state(topic: string, payload: Uint8Array): void
  plays(topic: string, payload: Uint8Array): void
}

const statedKey = z.object({ playerKey: publicJwk })
/** Batches of players whose key has not been heard yet are held for so many players, one each. */
const mostUnheard = 1_000
/** A player that sends what is too early is asked for what is missing, so often. */
const askEveryMs = 1_000

export function createCollector(options: CollectorOptions): Collector {
  const { db, topicPrefix, signer, say } = options
  const keys = new Map<string, PublicJwk>()
  const unheard = new Map<string, Uint8Array>()
  const accept = new Set(options.accept)
  const said = new Set<string>()
  const askedMs = new Map<string, number>()

  /** The same trouble is told once for each player. */
  function sayOnce(what: Collected & { readonly message: string }): void {
    const name = `${what.player} ${what.event} ${what.message}`
    if (said.has(name) || said.size > 10_000) return
    said.add(name)
    say(what)
  }

  function state(topic: string, payload: Uint8Array): void {
    const from = reportTopicOf(topicPrefix, topic)
    const json = from?.report === 'state' && payload.length > 0 ? parseJson(payload) : undefined
    const stated = json?.ok ? statedKey.safeParse(json.value).data : undefined
    if (!from || !stated) return
    const { player } = from
    keys.set(player, stated.playerKey)
    const pinned = currentChain(db, player)
    if (pinned && pinned.key.x !== stated.playerKey.x && !accept.has(player))
      sayOnce({
        event: 'key-changed',
        player,
        message: `${player} has another key than before. If it was set up anew, begin anew with it: plazacast collect --accept ${player}. Its records are not taken until then.`,
      })
    const held = unheard.get(player)
    unheard.delete(player)
    if (held) take(player, held)
  }

  function take(player: string, payload: Uint8Array): void {
    const known = currentChain(db, player)
    const key = known?.key ?? keys.get(player)
    if (!key) {
      if (unheard.size < mostUnheard) unheard.set(player, payload)
      const message = `${player} sends records, but no state with its key has come yet.`
      sayOnce({ event: 'unknown-key', player, message })
      return
    }
    const batch = readBatch(payload, player, key, nodeCrypto)
    if (batch.ok) place(known ?? beginChain(db, player, key, options.now()), batch.value)
    else if (!beginAnew(player, payload))
      sayOnce({ event: 'refused', player, message: `A batch of ${player} was refused: ${batch.refusal.message}.` })
  }

  /** With its owner's consent a player's chain may end, and another begin under the key that it states now. */
  function beginAnew(player: string, payload: Uint8Array): boolean {
    const key = keys.get(player)
    if (!key || !accept.has(player)) return false
    const batch = readBatch(payload, player, key, nodeCrypto)
    if (!batch.ok) return false
    accept.delete(player)
    say({ event: 'key-accepted', player, message: `${player} begins anew; what it said before is kept.` })
    place(beginChain(db, player, key, options.now()), batch.value)
    return true
  }

  function place(chain: CollectedChain, batch: SoundBatch): void {
    const hashAt = (seq: number) => collectedHash(db, chain.chain, seq)
    const reception = receive({ seq: chain.headSeq, hashAt }, batch)
    const { player } = chain
    if (reception.kind === 'store') store(chain, reception, batch)
    else if (reception.kind === 'known') publishAgain(chain)
    else if (reception.kind === 'early') {
      const { from, through } = reception.missing
      const message = `${player}: records ${from} to ${through} have not come yet; the player sends them again.`
      sayOnce({ event: 'early', player, message })
      askFor(chain)
    } else if (accept.delete(player)) place(beginChain(db, player, chain.key, options.now()), batch)
    else {
      const message = `${player}: ${reception.message}. Nothing of it was taken; if the player was set up anew: plazacast collect --accept ${player}.`
      sayOnce({ event: 'fork', player, message })
    }
  }

  function publishAgain({ player, acknowledgement }: CollectedChain): void {
    if (acknowledgement !== null) options.publish(playsAckTopic(topicPrefix, player), acknowledgement)
  }

  /** What says no more than the player knows asks it for what comes behind. */
  function askFor({ player, acknowledgement }: CollectedChain): void {
    if (options.now() - (askedMs.get(player) ?? 0) < askEveryMs) return
    askedMs.set(player, options.now())
    const nothing = { kind: 'plays-ack', player, through: 0, head: noRecordBefore }
    const said = acknowledgement ?? JSON.stringify(signer.sign(ackTyp, nothing))
    options.publish(playsAckTopic(topicPrefix, player), said)
  }

  function store(
    chain: CollectedChain,
    { records, gap }: Extract<Reception, { kind: 'store' }>,
    batch: SoundBatch,
  ): void {
    const { player } = chain
    const { seq, hash } = batch.head
    const acknowledgement = JSON.stringify(signer.sign(ackTyp, { kind: 'plays-ack', player, through: seq, head: hash }))
    const goesOn = records[0]?.previous
    const said = gap && { kind: 'plays-gap', player, ...gap, hash: goesOn }
    db.transaction(() => {
      if (gap && said) {
        const statement = JSON.stringify(signer.sign(gapTyp, said))
        addGap(db, chain.chain, gap, { noticedAt: options.now(), statement })
      }
      addCollected(db, chain.chain, records)
      putHead(db, chain.chain, { seq, head: batch.signedHead, acknowledgement })
    })
    options.publish(playsAckTopic(topicPrefix, player), acknowledgement)
    if (gap) say(gapEvent(player, gap))
    say({ event: 'stored', player, records: records.length, through: seq })
  }

  return {
    state,
    plays(topic, payload) {
      const from = reportTopicOf(topicPrefix, topic)
      if (from?.report === 'plays') take(from.player, payload)
    },
  }
}

/** A gap as it is told. */
export const gapEvent = (player: string, gap: Gap): Collected => ({
  event: 'gap',
  player,
  ...gap,
  message: gapText(player, gap),
})
