import type { DocumentKind } from '../documents/documents.ts'
import type { PlayerEvent } from '../reports/event.ts'
import type { PlaylistReport, PlaylistStatus, RefusedReport, State } from '../reports/state.ts'
import type { Fleet, PlayerView } from './fleet.ts'

/** A document that was pushed, and what is needed to recognise the answers to it. */
export type Pushed = {
  readonly kind: Extract<DocumentKind, 'trust' | 'site' | 'playlist' | 'takedowns'>
  readonly topic: string
  readonly id: string
  readonly target: string
  readonly revision: number
  readonly withdrawn: boolean
  /** What the player has to fetch if it has nothing yet. */
  readonly totalBytes: number
  /** What the operator calls each asset of it. */
  readonly labels: ReadonlyMap<string, string>
  /** Of a take-down list: what may no longer be on a wall. */
  readonly takenDown?: ReadonlySet<string>
  /** What each player had refused before the push: it is no answer to it. */
  readonly refusedBefore: ReadonlyMap<string, readonly RefusedReport[]>
}

/** What one player has said to it so far. */
export type Answer =
  /** Connected, and has not said anything. */
  | { readonly kind: 'silent'; readonly note?: string }
  /** Not connected; `known` is false if it never was. */
  | { readonly kind: 'offline'; readonly known: boolean }
  /**
   * Accepted; bytes or something else are missing. `percent` is undefined if nothing is to be fetched. It may be live
   * already, with the items that are there.
   */
  | {
      readonly kind: 'accepted'
      readonly status: PlaylistStatus
      readonly percent: number | undefined
      readonly missingBytes: number
      readonly note?: string
    }
  /** Has it: whole, checked, and in its schedule. */
  | { readonly kind: 'has'; readonly status: string }
  | { readonly kind: 'refused'; readonly code: string; readonly field: string; readonly message: string }
  /** Keeps another revision that it has seen: ours is older, or somebody else has published since. */
  | { readonly kind: 'other'; readonly revision: number }

/** Whether a player will say no more about this push by itself. */
export const isFinal = (answer: Answer): boolean =>
  answer.kind === 'has' || answer.kind === 'refused' || answer.kind === 'other'

/** What a player has answered, from all that was heard of it. */
export function answerOf(pushed: Pushed, id: string, fleet: Fleet): Answer {
  const player = fleet.get(id)
  if (!player) return { kind: 'offline', known: false }
  const held = possession(pushed, player)
  const settled = held && isFinal(held) ? held : (refusal(pushed, player) ?? held)
  if (settled && isFinal(settled)) return settled
  if (!player.presence?.online) return { kind: 'offline', known: player.presence !== undefined }
  return settled ?? { kind: 'silent', ...noteOf(player, pushed) }
}

function refusal(pushed: Pushed, player: PlayerView): Answer | undefined {
  const before = pushed.refusedBefore.get(player.id) ?? []
  const isNew = (one: RefusedReport) => !before.some((old) => old.at === one.at && old.message === one.message)
  const ours = player.state?.refused.filter((one) => one.topic === pushed.topic && isNew(one)).at(-1)
  return ours && { kind: 'refused', code: ours.code, field: ours.field, message: ours.message }
}

function possession(pushed: Pushed, player: PlayerView): Answer | undefined {
  const { state } = player
  if (!state) return undefined
  if (pushed.kind === 'takedowns') return afterTakedown(pushed, state)
  if (pushed.kind === 'site') return withItsFallback(pushed, player, byRevision(pushed, state.site))
  if (pushed.kind !== 'playlist') return byRevision(pushed, state.trust)
  const held = state.playlists.find((one) => one.id === pushed.id && one.target === pushed.target)
  if (!held || held.revision < pushed.revision) return undefined
  if (held.revision > pushed.revision) return { kind: 'other', revision: held.revision }
  if (isWhole(held) || pushed.withdrawn) return { kind: 'has', status: held.status }
  const missing = Math.min(held.missingBytes, pushed.totalBytes)
  const percent = held.missingBytes > 0 ? Math.floor((1 - missing / pushed.totalBytes) * 100) : undefined
  const why = held.reasons.length > 0 ? { note: held.reasons.join('; ') } : noteOf(player, pushed)
  return { kind: 'accepted', status: held.status, percent, missingBytes: held.missingBytes, ...why }
}

/** A site that was pushed for the sake of its fallback is there when that could be shown. */
function withItsFallback(pushed: Pushed, player: PlayerView, held: Answer | undefined): Answer | undefined {
  const fallback = player.state?.fallback
  if (held?.kind !== 'has' || pushed.totalBytes === 0 || !fallback) return held
  const { items, playable, missingBytes, reasons } = fallback
  if (playable === items && missingBytes === 0) return held
  const percent = missingBytes > 0 ? Math.floor((1 - Math.min(1, missingBytes / pushed.totalBytes)) * 100) : undefined
  const why = reasons.length > 0 ? { note: reasons.join('; ') } : noteOf(player, pushed)
  return { kind: 'accepted', status: 'waiting', percent, missingBytes, ...why }
}

/** A player has taken something down when it has the list, and none of it is on the wall any more. */
function afterTakedown(pushed: Pushed, { now, takedowns = 0 }: State): Answer | undefined {
  if (takedowns < pushed.revision) return undefined
  if (takedowns > pushed.revision) return { kind: 'other', revision: takedowns }
  const stillOn = 'asset' in now && pushed.takenDown?.has(now.asset) === true
  return stillOn ? { kind: 'silent', note: 'has the list; still on the wall' } : { kind: 'has', status: 'off the wall' }
}

/** A playlist goes live with what is there; it is whole when nothing has to be fetched any more. */
const isWhole = ({ status, missingBytes }: PlaylistReport): boolean =>
  status === 'expired' || (status !== 'waiting' && missingBytes === 0)

function byRevision(pushed: Pushed, held: number): Answer | undefined {
  if (held < pushed.revision) return undefined
  return held === pushed.revision ? { kind: 'has', status: 'in force' } : { kind: 'other', revision: held }
}

/** The newest fault that is about this document or one of its files, such as a download that failed. */
function noteOf(player: PlayerView, { id, topic, labels }: Pushed): { note?: string } {
  const labelOf = ({ about }: PlayerEvent) => (typeof about.asset === 'string' ? labels.get(about.asset) : undefined)
  const fault = player.events.find(
    (one) => one.severity !== 'info' && (one.about.playlist === id || one.about.topic === topic || labelOf(one)),
  )
  if (!fault) return {}
  const label = labelOf(fault)
  const reason = typeof fault.about.reason === 'string' ? fault.about.reason : fault.message
  return { note: label ? `${label}: ${reason}` : fault.message }
}

/** The answer in words: `downloading 40 %`. */
export function answerText(answer: Answer): string {
  switch (answer.kind) {
    case 'silent':
      return withNote('no answer yet', answer.note)
    case 'offline':
      return answer.known ? 'offline' : 'never seen on this broker'
    case 'accepted':
      return withNote(`${acceptedText(answer.status)}${downloadText(answer.percent)}`, answer.note)
    case 'has':
      return answer.status
    case 'refused':
      return `refused: ${answer.field === '' ? '' : `${answer.field}: `}${answer.message} (${answer.code})`
    case 'other':
      return `keeps revision ${answer.revision}`
  }
}

const acceptedText = (status: PlaylistStatus): string => (status === 'waiting' ? 'accepted' : status)
const downloadText = (percent: number | undefined): string =>
  percent === undefined ? '' : `, downloading ${percent} %`

const withNote = (text: string, note: string | undefined): string => (note ? `${text} (${note})` : text)
