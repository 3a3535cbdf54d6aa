import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import { parentFor } from '../../shared/neighbours/election.ts'
import { type Neighbour, placeOf } from '../../shared/neighbours/neighbour-table.ts'
import { afterRound, beginWaiting, type Prospect } from '../../shared/neighbours/patience.ts'
import { type SourceAnswer, SourceFailed } from './asset-source.ts'
import {
  type Hasher,
  type NeighbourClient,
  NeighbourFailed,
  type NeighbourSays,
  type Terms,
} from './neighbour-ports.ts'
import type { Clock, Random } from './ports.ts'

/** What asking needs to know of the neighbours, and tells of them. */
export type NeighbourView = {
  readonly self: string
  /** How long until those who are here have been heard of: a street that is switched on must not begin at the origin. */
  settledInMs(): number
  /** Those that may be asked for it now. */
  near(asset: AssetName): readonly Neighbour[]
  /** Whether it is waited for when it is before this player in the line. */
  isWaitedFor(one: Neighbour): boolean
  /** Who waits for this player hears that it waits itself, and how far that is. */
  waiting(asset: AssetName, doneBytes: number): void
  failed(one: Neighbour, failure: NeighbourFailed, asset: AssetName): void
  /** It had it and did not bring it here: it is not asked for it again. */
  broke(one: Neighbour, asset: AssetName): void
  idle(one: Neighbour): void
  gave(one: Neighbour, asset: AssetName, bytes: number): void
}

export type AskTools = {
  readonly client: NeighbourClient
  readonly hasher: () => Hasher
  readonly clock: Clock
  readonly random: Random
  readonly view: NeighbourView
}

/** What is asked for. An urgent one is not waited for: whoever has it now gives it, or nobody. `knownForMs`: since it is wanted. */
export type NeighbourAsked = {
  readonly asset: AssetName
  readonly sizeBytes: number
  readonly urgent: boolean
  readonly knownForMs: number
}

const calm: Terms = { answerMs: 2000, standstillMs: 6000 }
const hurried: Terms = { answerMs: 500, standstillMs: 2000 }
/** Beside the parent, in the first round and in every fourth after it: somebody may have it already. */
const othersFirst = 5
const othersLater = 2
const pauseMs = 600

/**
 * Looks for an asset among the neighbours, and waits while it gets nearer. Undefined: the origin is to be asked. Each asks its
 * parent in the asset's tree, so that nobody is asked by all; the first in line asks everybody once before it asks the origin.
 * The answer's bytes are of use only as a whole, which is hashed as it comes: the last piece is not given before the hash is
 * right, so a liar is known by name and nothing that it gave is ever mixed with what others give.
 */
export async function askNeighbours(
  tools: AskTools,
  asked: NeighbourAsked,
  signal: AbortSignal,
): Promise<SourceAnswer | undefined> {
  const { clock, random, view } = tools
  const passedOver = new Set<string>()
  if (!asked.urgent && view.settledInMs() > 0) await pause(clock, view.settledInMs(), signal)
  let patience = beginWaiting(asked.sizeBytes, asked.knownForMs, random())
  let ahead: Neighbour | undefined
  for (let round = 0; ; round++) {
    const beganMs = clock.monotonicMs()
    const near = view.near(asked.asset)
    if (near.length === 0) return undefined
    const parent = parentOf(near, tools.view, asked.asset, passedOver) ?? stillThere(ahead, near, passedOver)
    const said = await askSome(tools, asked, whomToAsk(near, parent, asked, round, random), signal)
    if (signal.aborted) throw new SourceFailed('given up')
    const answer = await firstGift(tools, asked, said, signal)
    if (answer || asked.urgent) return answer
    ahead = parent ?? said.find(({ one, says }) => says.kind === 'fetching' && !passedOver.has(placeOf(one)))?.one
    const prospect = prospectOf(said, ahead)
    if (!ahead && prospect.kind !== 'busy') return undefined
    if (prospect.kind === 'coming') view.waiting(asked.asset, prospect.doneBytes)
    const [next, verdict] = afterRound(patience, prospect, clock.monotonicMs() - beganMs + pauseMs)
    patience = next
    if (verdict.kind === 'give-up') {
      if (ahead) view.idle(ahead)
      return undefined
    }
    if (verdict.kind === 'wait') await pause(clock, pauseMs * (0.5 + random()), signal)
    else if (ahead) {
      passedOver.add(placeOf(ahead))
      if (verdict.why !== 'none') view.idle(ahead)
    }
  }
}

/** Undefined: this player is the first in line. */
function parentOf(
  near: readonly Neighbour[],
  view: NeighbourView,
  asset: AssetName,
  passedOver: ReadonlySet<string>,
): Neighbour | undefined {
  const line = near.filter((one) => one.id !== view.self && view.isWaitedFor(one) && !passedOver.has(placeOf(one)))
  const id = parentFor(
    hexOf(asset),
    view.self,
    line.map((one) => one.id),
  )
  return line.find((one) => one.id === id)
}

/** Who began before this player was first in line, such as one that knows of others. */
const stillThere = (
  ahead: Neighbour | undefined,
  near: readonly Neighbour[],
  passedOver: ReadonlySet<string>,
): Neighbour | undefined =>
  ahead && near.find((one) => placeOf(one) === placeOf(ahead) && !passedOver.has(placeOf(one)))

/** The parent and some others by lot; all of them for whoever would go to the origin next. */
function whomToAsk(
  near: readonly Neighbour[],
  parent: Neighbour | undefined,
  { urgent }: NeighbourAsked,
  round: number,
  random: Random,
): readonly Neighbour[] {
  if (urgent || !parent) return near
  const others = shuffled(
    near.filter((one) => one !== parent),
    random,
  )
  return [parent, ...others.slice(0, round === 0 ? othersFirst : round % 4 === 0 ? othersLater : 0)]
}

type Said = { readonly one: Neighbour; readonly says: NeighbourSays | { readonly kind: 'silent' } }

/** In the order of who was asked. */
async function askSome(
  { client, view }: AskTools,
  { asset, urgent }: NeighbourAsked,
  some: readonly Neighbour[],
  signal: AbortSignal,
): Promise<Said[]> {
  const said = await Promise.all(
    some.map(async (one): Promise<Said[]> => {
      try {
        return [{ one, says: await client.asks(one, hexOf(asset), urgent ? hurried : calm, signal) }]
      } catch (error) {
        if (!signal.aborted) noteFailure(view, one, error, asset)
        return [{ one, says: { kind: 'silent' } }]
      }
    }),
  )
  return said.flat()
}

/** The first that has it and does give it. */
async function firstGift(
  { client, hasher, view }: AskTools,
  { asset, sizeBytes, urgent }: NeighbourAsked,
  said: readonly Said[],
  signal: AbortSignal,
): Promise<SourceAnswer | undefined> {
  for (const { one, says } of said) {
    if (says.kind !== 'has') continue
    try {
      const given = await client.fetches(one, { hex: hexOf(asset), sizeBytes }, urgent ? hurried : calm, signal)
      if (given.kind !== 'gives') continue
      const chunks = checked(given.chunks, { one, asset, sizeBytes, hash: hasher(), view, signal })
      return { fromByte: 0, validator: null, onlyWhole: true, isNear: true, chunks }
    } catch (error) {
      if (signal.aborted) throw new SourceFailed('given up')
      noteFailure(view, one, error, asset)
      view.broke(one, asset)
    }
  }
  return undefined
}

type Checking = {
  readonly one: Neighbour
  readonly asset: AssetName
  readonly sizeBytes: number
  readonly hash: Hasher
  readonly view: NeighbourView
  readonly signal: AbortSignal
}

/** Holds back one chunk, so that the last one leaves only when the whole is what was asked for. */
async function* checked(chunks: AsyncIterable<Uint8Array>, checking: Checking): AsyncGenerator<Uint8Array> {
  const { one, asset, sizeBytes, hash, view, signal } = checking
  let held: Uint8Array | undefined
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.byteLength
      if (held) yield held
      held = chunk
    }
    if (bytes !== sizeBytes) throw new NeighbourFailed('it broke off')
    const found = hash.hex()
    if (found !== hexOf(asset)) throw new NeighbourFailed(`what it gave has the hash sha256:${found}`, true)
  } catch (error) {
    if (signal.aborted) throw new SourceFailed('given up')
    noteFailure(view, one, error, asset)
    view.broke(one, asset)
    throw new SourceFailed(`neighbour ${one.id}: ${(error as Error).message}`)
  }
  view.gave(one, asset, bytes)
  if (held) yield held
}

function noteFailure(view: NeighbourView, one: Neighbour, error: unknown, asset: AssetName): void {
  if (!(error instanceof NeighbourFailed)) throw error
  view.failed(one, error, asset)
}

function prospectOf(said: readonly Said[], ahead: Neighbour | undefined): Prospect {
  const word = said.find(({ one }) => one === ahead)?.says
  if (word?.kind === 'fetching' || word?.kind === 'waiting') {
    return { kind: 'coming', doneBytes: word.doneBytes, queued: word.kind === 'waiting' }
  }
  if (said.some(({ says }) => says.kind === 'has' || says.kind === 'busy')) return { kind: 'busy' }
  return word?.kind === 'silent' ? word : { kind: 'none' }
}

function shuffled<Item>(list: readonly Item[], random: Random): Item[] {
  return list
    .map((item) => ({ item, lot: random() }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ item }) => item)
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      disarm()
      reject(new SourceFailed('given up'))
    }
    const disarm = clock.after(ms, () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    })
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}
