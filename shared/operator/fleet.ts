import { z } from 'zod'
import { parseJson } from '../documents/documents.ts'
import { jws } from '../documents/jws.ts'
import { type Health, health } from '../health/health.ts'
import { event, type PlayerEvent } from '../reports/event.ts'
import { type Presence, presence } from '../reports/presence.ts'
import { type State, state } from '../reports/state.ts'
import { reportTopicOf } from '../topics.ts'
import { bytesOf } from '../trust/base64url.ts'

/** What an operator knows of one player from the messages on the broker. */
export type PlayerView = {
  readonly id: string
  readonly presence: Presence | undefined
  readonly state: State | undefined
  readonly health: Health | undefined
  /** From its retained site document, unchecked: it only decides whom to wait for and what to call it. */
  readonly site: SiteView
  /** The newest ones first, at most 20. */
  readonly events: readonly PlayerEvent[]
}
export type SiteView = {
  readonly revision: number
  readonly name: string | undefined
  readonly groups: readonly string[]
}

/** Every player that was heard of, by id. */
export type Fleet = ReadonlyMap<string, PlayerView>

export const emptyFleet: Fleet = new Map()

/** The topic filters that a fleet is seen through. */
export const fleetFilters = (prefix: string): string[] =>
  ['site', 'presence', 'state', 'health', 'events'].map((part) => `${prefix}/players/+/${part}`)

const keptEvents = 20

/** The fleet after one more message; the same one if it says nothing that can be read. */
export function fleetAfter(fleet: Fleet, prefix: string, topic: string, payload: Uint8Array): Fleet {
  const site = siteTopicOf(prefix, topic)
  if (site !== undefined) return changed(fleet, site, { site: readSite(payload) })
  const report = reportTopicOf(prefix, topic)
  const json = parseJson(payload)
  if (!report || !json.ok) return fleet
  switch (report.report) {
    case 'presence': {
      const read = presence.safeParse(json.value)
      return read.success ? changed(fleet, report.player, { presence: read.data }) : fleet
    }
    case 'state': {
      const read = state.safeParse(json.value)
      return read.success ? changed(fleet, report.player, { state: read.data }) : fleet
    }
    case 'health': {
      const read = health.safeParse(json.value)
      return read.success ? changed(fleet, report.player, { health: read.data }) : fleet
    }
    case 'events': {
      const read = event.safeParse(json.value)
      if (!read.success) return fleet
      const earlier = fleet.get(report.player)?.events ?? []
      return changed(fleet, report.player, { events: [read.data, ...earlier].slice(0, keptEvents) })
    }
    default:
      return fleet
  }
}

/** The players that a target means, sorted; one that is named is meant even if nobody has heard of it. */
export function playersOf(fleet: Fleet, target: string): string[] {
  const [kind, id = ''] = target.split('/')
  if (kind === 'players') return [id]
  const meant = [...fleet.values()].filter(({ site }) => kind === 'fleet' || site.groups.includes(id))
  return meant.map((player) => player.id).sort()
}

function changed(fleet: Fleet, id: string, change: Partial<PlayerView>): Fleet {
  const before = fleet.get(id) ?? {
    id,
    presence: undefined,
    state: undefined,
    health: undefined,
    site: noSite,
    events: [],
  }
  return new Map(fleet).set(id, { ...before, ...change })
}

const noSite: SiteView = { revision: 0, name: undefined, groups: [] }

function siteTopicOf(prefix: string, topic: string): string | undefined {
  if (!topic.startsWith(`${prefix}/players/`)) return undefined
  const [player, part, ...more] = topic.slice(`${prefix}/players/`.length).split('/')
  return part === 'site' && more.length === 0 ? player : undefined
}

const siteSketch = z.object({
  revision: z.int().catch(0),
  name: z.string().optional().catch(undefined),
  groups: z.array(z.string()).catch([]),
})

function readSite(payload: Uint8Array): SiteView {
  const envelope = parseJson(payload)
  const signed = envelope.ok ? jws.safeParse(envelope.value) : undefined
  const bytes = signed?.success ? bytesOf(signed.data.payload) : undefined
  const json = bytes ? parseJson(bytes) : undefined
  const read = json?.ok ? siteSketch.safeParse(json.value) : undefined
  return read?.success ? { ...read.data, name: read.data.name } : noSite
}
