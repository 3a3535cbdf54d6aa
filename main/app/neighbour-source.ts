import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import { electedFor } from '../../shared/neighbours/election.ts'
import { type Neighbour, placeOf } from '../../shared/neighbours/neighbour-table.ts'
import { beginWaiting, type Prospect, waitOn } from '../../shared/neighbours/patience.ts'
import { type SourceAnswer, SourceFailed } from './asset-source.ts'
import { type Hasher, type NeighbourClient, NeighbourFailed, type NeighbourSays } from './neighbour-ports.ts'
import type { Clock, Random } from './ports.ts'

/** What asking needs to know of the neighbours, and tells of them. */
export type NeighbourView = {
  readonly self: string
  /** Those that may be asked now. */
  near(): readonly Neighbour[]
  /** Whether it is waited for when it is elected. */
  isWaitedFor(one: Neighbour): boolean
  failed(one: Neighbour, failure: NeighbourFailed, asset: AssetName): void
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

/** What is asked for. An urgent one is not waited for: whoever has it now gives it, or nobody. */
export type NeighbourAsked = { readonly asset: AssetName; readonly sizeBytes: number; readonly urgent: boolean }

/** Asked at once, first and in later rounds: few enough for forty players in a street that all wait for several assets. */
const askedFirst = 6
const askedAgain = 3

/**
 * Looks for an asset among the neighbours, and waits while one of them is fetching it for all. Undefined: the origin is to be
 * asked. The answer's bytes are of use only as a whole, which is hashed as it comes: the last piece is not given before the
 * hash is right, so a liar is known by name and nothing that it gave is ever mixed with what others give.
 */
export async function askNeighbours(
  tools: AskTools,
  asked: NeighbourAsked,
  signal: AbortSignal,
): Promise<SourceAnswer | undefined> {
  const { clock, random, view } = tools
  let patience = beginWaiting(clock.monotonicMs(), random())
  for (let most = askedFirst; ; most = askedAgain) {
    const near = view.near()
    if (near.length === 0) return undefined
    const elected = electedOf(near, view, asked.asset)
    const said = await askSome(tools, asked, sampleOf(near, elected, most, random), signal)
    if (signal.aborted) throw new SourceFailed('given up')
    const answer = await firstGift(tools, asked, said, signal)
    if (answer) return answer
    const prospect = prospectOf(said, elected)
    if (asked.urgent || (prospect.kind !== 'busy' && !elected)) return undefined
    if (elected && !view.near().some((one) => placeOf(one) === placeOf(elected))) continue // it is gone: elect another
    const waiting = waitOn(patience, prospect, clock.monotonicMs())
    if (!waiting) {
      if (elected) view.idle(elected)
      return undefined
    }
    patience = waiting
    await pause(clock, 400 + random() * 600, signal)
  }
}

/** Undefined: this player itself is to ask the origin. */
function electedOf(near: readonly Neighbour[], view: NeighbourView, asset: AssetName): Neighbour | undefined {
  const eligible = near.filter((one) => view.isWaitedFor(one))
  const id = electedFor(hexOf(asset), [view.self, ...eligible.map((one) => one.id)])
  return id === view.self ? undefined : eligible.find((one) => one.id === id)
}

/** The elected one, and some others by lot. */
function sampleOf(
  near: readonly Neighbour[],
  elected: Neighbour | undefined,
  most: number,
  random: Random,
): Neighbour[] {
  const others = shuffled(
    near.filter((one) => one !== elected),
    random,
  )
  return [...(elected ? [elected] : []), ...others].slice(0, most)
}

type Said = { readonly one: Neighbour; readonly says: NeighbourSays }

async function askSome(
  { client, view, random }: AskTools,
  { asset }: NeighbourAsked,
  some: readonly Neighbour[],
  signal: AbortSignal,
): Promise<Said[]> {
  const said = await Promise.all(
    some.map(async (one): Promise<Said[]> => {
      try {
        return [{ one, says: await client.asks(one, hexOf(asset), signal) }]
      } catch (error) {
        if (!signal.aborted) noteFailure(view, one, error, asset)
        return []
      }
    }),
  )
  return shuffled(said.flat(), random)
}

/** The first that has it and does give it. */
async function firstGift(
  { client, hasher, view }: AskTools,
  { asset, sizeBytes }: NeighbourAsked,
  said: readonly Said[],
  signal: AbortSignal,
): Promise<SourceAnswer | undefined> {
  for (const { one, says } of said) {
    if (says.kind !== 'has') continue
    try {
      const given = await client.fetches(one, hexOf(asset), sizeBytes, signal)
      if (given.kind !== 'gives') continue
      const chunks = checked(given.chunks, { one, asset, sizeBytes, hash: hasher(), view, signal })
      return { fromByte: 0, validator: null, onlyWhole: true, chunks }
    } catch (error) {
      if (signal.aborted) throw new SourceFailed('given up')
      noteFailure(view, one, error, asset)
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
    throw new SourceFailed(`neighbour ${one.id}: ${(error as Error).message}`)
  }
  view.gave(one, asset, bytes)
  if (held) yield held
}

function noteFailure(view: NeighbourView, one: Neighbour, error: unknown, asset: AssetName): void {
  if (!(error instanceof NeighbourFailed)) throw error
  view.failed(one, error, asset)
}

function prospectOf(said: readonly Said[], elected: Neighbour | undefined): Prospect {
  if (said.some(({ says }) => says.kind === 'has' || says.kind === 'busy')) return { kind: 'busy' }
  const word = said.find(({ one }) => one === elected)?.says
  return word?.kind === 'coming' ? word : { kind: 'nothing' }
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
