import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { maximumDocumentBytes } from '../../shared/intake/intake.ts'
import { documentTopicOf } from '../../shared/topics.ts'
import type { Taken } from './document-intake.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** A folder `plazacast-bundle` on a stick, as it was found. Nothing in it is believed. */
export type StickBundle = {
  /** Another stick, or another bundle on it, has another one. */
  readonly identity: string
  /** Documents by the topic they are for, without the prefix: `groups/plaza/playlists/friends`. */
  readonly documents: readonly string[]
  /** Sizes of the files that are named by a hash (64 hex). */
  readonly assets: ReadonlyMap<string, number>
  /** What was left out, in sentences. */
  readonly leftOut: readonly string[]
  /** A document's bytes; rejects in a sentence if it is larger than that, or no file. */
  read(document: string, mostBytes: number): Promise<Uint8Array>
  /** Leaves a note for the technician beside the bundle; does nothing where it cannot. */
  report(text: string): Promise<void>
}

/** Mounted paths where a stick may appear. */
export type Sticks = {
  /** The bundle below this path; undefined if there is none. Rejects in a sentence if it cannot be read. */
  find(path: string): Promise<StickBundle | undefined>
  /** Calls when something may have changed there; nobody relies on it. */
  watch(path: string, changed: () => void): Undo
}

/** The player, as far as a stick concerns it. */
export type StickPlayer = {
  readonly paths: readonly string[]
  readonly topicPrefix: string
  /** The same intake that messages of the broker go through. */
  take(topic: string, bytes: Uint8Array): Taken
  /** What this player is: its own target, its groups, the fleet. */
  targets(): readonly string[]
  held(): ReadonlySet<AssetName>
  /** A stick has come or gone: what is wanted is to be had from other places. */
  changed(): void
  /** The last refusal, in words. */
  lastRefusal(): string
}

export type UsbOptions = {
  readonly sticks: Sticks
  readonly clock: Clock
  readonly reporter: Reporter
  readonly player: StickPlayer
}

/** What becomes of sticks. */
export type Usb = {
  /** The wanted assets, those that are on a stick with its address first; also looks how far the copying is. */
  offer(wanted: readonly WantedAsset[]): readonly WantedAsset[]
  /** An asset on the stick was not what its name says, or could not be read. */
  failed(asset: AssetName, reason: string): void
  stop: Undo
}

/** Where an asset on a stick is to be had; no signed document can name such an address. */
export const stickAddress = (path: string, hex: string): string => `stick:${encodeURIComponent(path)}/${hex}`

const lookEveryMs = 2_000

type Visit = {
  readonly path: string
  readonly bundle: StickBundle
  readonly lines: string[]
  readonly failed: Map<string, string>
  accepted: number
  refused: number
  /** Assets of it that this wall wants; undefined while its documents are being read. */
  wanted: readonly WantedAsset[] | undefined
  told: string
  over: boolean
}

/**
 * Watches for sticks and takes what they bring: documents by the broker's own way in, files as one more address of the
 * downloads, which hash whatever comes. A stick can bring nothing that is not signed, and each bundle is taken once.
 */
export function startUsb({ sticks, clock, reporter, player }: UsbOptions): Usb {
  const visits = new Map<string, Visit>()
  const unreadable = new Map<string, string>()
  let stopped = false
  let looking = false
  let disarm = () => {}
  const unwatch = player.paths.map((path) => sticks.watch(path, () => void look()))

  async function look(): Promise<void> {
    if (looking || stopped) return
    looking = true
    disarm()
    for (const path of player.paths) await lookAt(path)
    looking = false
    if (!stopped) disarm = clock.after(lookEveryMs, () => void look())
  }

  async function lookAt(path: string): Promise<void> {
    const bundle = await sticks.find(path).catch((error: Error) => error)
    if (stopped) return
    if (bundle instanceof Error) {
      if (unreadable.get(path) !== bundle.message) reporter.event('usb-refused', `${path}: ${bundle.message}`, { path })
      unreadable.set(path, bundle.message)
      return
    }
    unreadable.delete(path)
    if (bundle?.identity === visits.get(path)?.bundle.identity) return
    visits.delete(path)
    if (bundle) await visit(path, bundle)
    player.changed()
  }

  async function visit(path: string, bundle: StickBundle): Promise<void> {
    const one: Visit = {
      path,
      bundle,
      lines: [],
      failed: new Map(),
      accepted: 0,
      refused: 0,
      wanted: undefined,
      told: '',
      over: false,
    }
    visits.set(path, one)
    const { documents, assets, leftOut } = bundle
    const about = { path, documents: documents.length, assets: assets.size }
    reporter.event('usb-found', `${path}: ${documents.length} documents and ${assets.size} files`, about)
    one.lines.push(...leftOut.map((sentence) => `Left out: ${sentence}`))
    for (const document of documents.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)))
      await takeOne(one, document)
    one.wanted = []
  }

  async function takeOne(one: Visit, document: string): Promise<void> {
    const topic = `${player.topicPrefix}/${document}`
    const place = documentTopicOf(player.topicPrefix, topic)
    if (!place || place.kind === 'command')
      return void one.lines.push(`Left out: ${document} is no document for a stick.`)
    if (!player.targets().includes(place.target)) return void one.lines.push(`Not for this wall: ${document}`)
    const bytes = await one.bundle.read(document, maximumDocumentBytes).catch((error: Error) => error)
    if (stopped) return
    const taken = bytes instanceof Error ? 'refused' : player.take(topic, bytes)
    if (taken !== 'refused') {
      one.accepted += 1
      one.lines.push(`${taken === 'known' ? 'Known already' : 'Accepted'}: ${document}`)
      return
    }
    one.refused += 1
    const why = bytes instanceof Error ? bytes.message : player.lastRefusal()
    one.lines.push(`REFUSED: ${document}: ${why}`)
    reporter.event('usb-refused', `${document}: ${why}`, { path: one.path, document })
  }

  function offer(wanted: readonly WantedAsset[]): readonly WantedAsset[] {
    for (const one of visits.values()) {
      if (!one.wanted) continue
      one.wanted = wanted.filter(({ asset }) => one.bundle.assets.has(hexOf(asset)))
      progress(one)
    }
    return wanted.map((asset) => {
      const hex = hexOf(asset.asset)
      const here = [...visits.values()].filter((one) => one.bundle.assets.has(hex) && !one.failed.has(hex))
      return here.length === 0
        ? asset
        : { ...asset, urls: [...here.map(({ path }) => stickAddress(path, hex)), ...asset.urls] }
    })
  }

  function progress(one: Visit): void {
    if (!one.wanted || one.over) return
    const held = player.held()
    const done = one.wanted.filter(({ asset }) => held.has(asset)).length
    const failed = one.wanted.filter(({ asset }) => !held.has(asset) && one.failed.has(hexOf(asset)))
    one.over = done + failed.length === one.wanted.length
    const text = `${done} of ${one.wanted.length} files are on this player`
    if (one.over) conclude(one, text, failed.length)
    else if (text !== one.told)
      reporter.event('usb-progress', `${one.path}: ${text}`, { path: one.path, done, of: one.wanted.length })
    if (text !== one.told) void one.bundle.report(reportText(one, text))
    one.told = text
  }

  function conclude(one: Visit, text: string, failed: number): void {
    const { accepted, refused, path } = one
    const verdict = `${accepted} documents taken, ${refused} refused; ${text}${failed > 0 ? `, ${failed} could not be taken` : ''}`
    const good = refused === 0 && failed === 0 && accepted > 0
    if (good) reporter.event('usb-done', `${path}: ${verdict}`, { path, accepted, refused, failed })
    else reporter.event('usb-refused', `${path}: ${verdict}`, { path, accepted, refused, failed })
    one.told = text
    void one.bundle.report(
      reportText(one, `${good ? 'DONE' : 'NOT ALL WAS TAKEN'}: ${verdict}. The stick can be taken out.`),
    )
  }

  /** For somebody who reads it in an editor under the wall. */
  function reportText(one: Visit, head: string): string {
    const bad = [...one.failed].map(([hex, reason]) => `NOT TAKEN: assets/${hex}: ${reason}`)
    return `${[head, `At ${new Date(clock.now()).toISOString()} by this player's clock`, '', ...one.lines, ...bad].join('\r\n')}\r\n`
  }

  void look()
  return {
    offer,
    failed(asset, reason) {
      const hex = hexOf(asset)
      for (const one of visits.values()) if (one.bundle.assets.has(hex)) one.failed.set(hex, reason)
    },
    stop() {
      stopped = true
      disarm()
      for (const undo of unwatch) undo()
    },
  }
}

/** Whom to believe comes before what is believed; what may not be shown before what may. */
function rank(document: string): number {
  if (document === 'trust') return 0
  if (document.endsWith('/site')) return 1
  return document === 'takedowns' ? 2 : 3
}
