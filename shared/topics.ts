import { z } from 'zod'
import type { DocumentKind } from './documents/documents.ts'

/** The part of every topic before the meaning; one broker can serve several fleets. */
export const defaultTopicPrefix = 'plazacast/v1'
export const topicPrefix = z
  .string()
  .regex(/^[^/#+\0][^#+\0]{0,99}(?<!\/)$/, 'expected 1 to 100 characters without #, + and a slash at an end')

/** Where a document came on: what it must be, and for whom. */
export type DocumentTopic = { readonly kind: DocumentKind; readonly target: string; readonly id: string | undefined }

const documentTopics: readonly { pattern: RegExp; read: (parts: RegExpExecArray) => DocumentTopic }[] = [
  { pattern: /^trust$/, read: () => ({ kind: 'trust', target: 'fleet', id: 'trust' }) },
  { pattern: /^takedowns$/, read: () => ({ kind: 'takedowns', target: 'fleet', id: 'takedowns' }) },
  { pattern: /^players\/([^/]+)\/site$/, read: (m) => ({ kind: 'site', target: `players/${m[1]}`, id: m[1] }) },
  {
    pattern: /^(players|groups)\/([^/]+)\/playlists\/([^/]+)$/,
    read: (m) => ({ kind: 'playlist', target: `${m[1]}/${m[2]}`, id: m[3] }),
  },
  {
    pattern: /^(players|groups)\/([^/]+)\/commands$/,
    read: (m) => ({ kind: 'command', target: `${m[1]}/${m[2]}`, id: undefined }),
  },
]

/** What a topic promises about the document on it; undefined if documents do not come there. */
export function documentTopicOf(prefix: string, topic: string): DocumentTopic | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined
  const rest = topic.slice(prefix.length + 1)
  for (const { pattern, read } of documentTopics) {
    const parts = pattern.exec(rest)
    if (parts) return read(parts)
  }
  return undefined
}

/** The topic a document of this kind, target and id is published on. */
export function topicOfDocument(prefix: string, kind: DocumentKind, target: string, id: string): string {
  switch (kind) {
    case 'trust':
    case 'takedowns':
      return `${prefix}/${kind}`
    case 'site':
      return `${prefix}/${target}/site`
    case 'playlist':
      return `${prefix}/${target}/playlists/${id}`
    case 'command':
      return `${prefix}/${target}/commands`
  }
}

/** The reports a player makes, each on a topic of its own below `players/{id}`. */
export const reports = ['presence', 'state', 'health', 'events', 'plays'] as const
export type Report = (typeof reports)[number]
export const reportTopic = (prefix: string, player: string, report: Report): string =>
  `${prefix}/players/${player}/${report}`

/** Reads a report's topic back; undefined for any other. */
export function reportTopicOf(prefix: string, topic: string): { player: string; report: Report } | undefined {
  if (!topic.startsWith(`${prefix}/players/`)) return undefined
  const [player, report, ...more] = topic.slice(prefix.length + '/players/'.length).split('/')
  const known = reports.find((one) => one === report)
  return player && known && more.length === 0 ? { player, report: known } : undefined
}

/** What a player sends to itself by way of the broker, to know that it hears. */
export const echoTopic = (prefix: string, player: string): string => `${prefix}/players/${player}/echo`

/** Topic filters of the fleet-wide and own documents that say whom to believe and where one belongs. */
export const trustFilters = (prefix: string, player: string): string[] => [
  `${prefix}/trust`,
  `${prefix}/players/${player}/site`,
  clockAnswerTopic(prefix, player),
  playsAckTopic(prefix, player),
]

/** Where operators acknowledge the records of a player's plays. */
export const playsAckTopic = (prefix: string, player: string): string => `${prefix}/players/${player}/plays/ack`

/** Where players ask what time it is, and where each is answered. */
export const clockRequestTopic = (prefix: string): string => `${prefix}/clock/request`
export const clockAnswerTopic = (prefix: string, player: string): string => `${prefix}/clock/answers/${player}`

/** Topic filters of everything else a player in these groups takes. */
export const contentFilters = (prefix: string, player: string, groups: readonly string[]): string[] => [
  `${prefix}/takedowns`,
  ...[`players/${player}`, ...groups.map((group) => `groups/${group}`)].flatMap((target) => [
    `${prefix}/${target}/playlists/+`,
    `${prefix}/${target}/commands`,
  ]),
]
