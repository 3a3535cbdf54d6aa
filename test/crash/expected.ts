import { type AssetName, assetName } from '../../shared/asset-name.ts'
import { event } from '../../shared/reports/event.ts'
import { reportTopicOf } from '../../shared/topics.ts'
import { type Mark, readMark } from './marks.ts'
import type { Heard, Told } from './overheard.ts'
import type { DiskCall } from './trace.ts'

/** A document that was published, and what it says. `sha256`: of its bytes, in hex. */
export type Published = {
  readonly sha256: string
  readonly kind: 'trust' | 'site' | 'playlist' | 'takedowns'
  readonly target: string
  readonly id: string
  readonly revision: number
  readonly takenDown: readonly AssetName[]
}

export type ShownMark = Extract<Mark, { kind: 'shown' }>

/** What the wall has promised by now: to its broker, and to its screen. */
export type Expected = {
  readonly step: string
  /** The newest acknowledged document of each kind, target and id. */
  readonly documents: ReadonlyMap<string, Published>
  /** Documents whose acceptance must have been reported, or wait to be. */
  readonly takenDown: ReadonlySet<AssetName>
  /** Reported to be on disk; what is evicted later is no longer among them. */
  readonly cached: ReadonlySet<AssetName>
  /** Acceptances that the broker was told: `kind target id revision`. */
  readonly reported: ReadonlySet<string>
  readonly shown: readonly ShownMark[]
  /** By the time a showing began: how long it was. */
  readonly ended: ReadonlyMap<number, number>
  /** How many loops the page was handed. */
  readonly programmes: number
  readonly playerKey: string | undefined
}

export type Facts = {
  readonly published: readonly Published[]
  readonly connections: readonly Heard[]
  /** For each asset whose file is unlinked: the call from which on its absence is right. */
  readonly evictedFrom: ReadonlyMap<AssetName, readonly number[]>
}

export const keyOfDocument = ({ kind, target, id }: { kind: string; target: string; id: string }): string =>
  `${kind} ${target} ${id}`

/** Folds a recording into what was promised at each call. `next` takes the calls in order. */
export function createExpected(facts: Facts) {
  const bySha = new Map(facts.published.map((one) => [one.sha256, one]))
  const evictions = [...facts.evictedFrom].flatMap(([asset, indexes]) => indexes.map((index) => ({ asset, index })))
  const expected = {
    step: 'start',
    documents: new Map<string, Published>(),
    takenDown: new Set<AssetName>(),
    cached: new Set<AssetName>(),
    reported: new Set<string>(),
    shown: [] as ShownMark[],
    ended: new Map<number, number>(),
    programmes: 0,
    playerKey: undefined as string | undefined,
  }
  const passed = new Map<number, number>()
  let version = 0

  function accepted(document: Published): void {
    const key = keyOfDocument(document)
    const before = expected.documents.get(key)
    if (!before || before.revision < document.revision) expected.documents.set(key, document)
    for (const asset of document.takenDown) expected.takenDown.add(asset)
  }
  function told(what: Told): void {
    if (what.kind === 'acknowledged') {
      const document = bySha.get(what.sha256)
      if (document) accepted(document)
      return
    }
    const report = reportTopicOf('plazacast/v1', what.topic)?.report
    if (report === 'state') expected.playerKey = JSON.stringify(JSON.parse(what.payload).playerKey)
    if (report !== 'events') return
    const { code, about } = event.parse(JSON.parse(what.payload))
    if (code === 'asset-cached') expected.cached.add(assetName.parse(about.asset))
    if (code !== 'document-accepted') return
    const document = facts.published.find(
      (one) =>
        one.kind === about.kind &&
        one.target === about.target &&
        one.id === about.id &&
        one.revision === about.revision,
    )
    if (!document) return
    expected.reported.add(`${keyOfDocument(document)} ${document.revision}`)
    accepted(document)
  }
  function noted(mark: Mark): void {
    if (mark.kind === 'step') expected.step = mark.name
    if (mark.kind === 'programme') expected.programmes += 1
    if (mark.kind === 'shown') expected.shown.push(mark)
    if (mark.kind === 'ended') expected.ended.set(mark.startedAt, mark.ms)
  }

  return {
    expected: expected as Expected,
    /** Changes whenever what is expected does. */
    version: () => version,
    next(call: DiskCall, index: number): void {
      for (const one of evictions) if (one.index === index && expected.cached.delete(one.asset)) version += 1
      if (call.kind === 'note') {
        for (const line of call.text.split('\n').filter(Boolean)) noted(readMark(line))
        version += 1
      }
      if (call.kind !== 'sent') return
      const all = facts.connections[call.connection]?.told ?? []
      let at = passed.get(call.connection) ?? 0
      for (let one = all[at]; one && one.endsAt <= call.bytes; one = all[++at]) {
        told(one.what)
        version += 1
      }
      passed.set(call.connection, at)
    },
  }
}
