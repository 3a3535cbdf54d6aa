import type { PlaylistReport, State } from '../reports/state.ts'
import type { Fleet, PlayerView } from './fleet.ts'
import { sizeText } from './sizes.ts'

/** The fleet as a table: a heading and a row for each player, by id; `isDeaf`: see deafness.ts. Instants are shown as their UTC time or date. */
export function fleetRows(
  fleet: Fleet,
  now: string,
  isDeaf: (player: PlayerView) => boolean = () => false,
): string[][] {
  const players = [...fleet.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return [
    ['PLAYER', 'ONLINE', 'HEALTH', 'ON THE WALL', 'NEXT', 'PLAYLISTS', 'LAST EVENT'],
    ...players.map((player) => [
      player.site.name ? `${player.id} (${player.site.name})` : player.id,
      isDeaf(player) ? 'deaf: online, but silent' : onlineText(player, now),
      healthText(player),
      nowText(player.state),
      player.state?.next ? `${player.state.next.item}` : '',
      (player.state?.playlists ?? []).map(playlistText).join(', '),
      lastText(player, now),
    ]),
  ]
}

/** One player as a value for scripts. */
export function playerReport(
  { id, site, presence, state, health, events }: PlayerView,
  deaf = false,
): Record<string, unknown> {
  return {
    player: id,
    name: site.name ?? null,
    groups: site.groups,
    online: presence?.online ?? null,
    since: presence?.online ? presence.since : null,
    deaf,
    health: health ? { at: health.at, verdict: health.verdict, reasons: health.reasons } : null,
    now: state?.now ?? null,
    next: state?.next ?? null,
    playlists: state?.playlists ?? [],
    downloads: state?.downloads ?? [],
    refused: state?.refused ?? [],
    clock: state?.clock ?? null,
    version: state?.version ?? null,
    host: state?.host ?? null,
    /** Where its page for technicians is, and the fingerprint to compare. */
    page: state?.health ?? null,
    lastEvent: events[0] ?? null,
  }
}

function onlineText({ presence }: PlayerView, now: string): string {
  if (!presence) return 'never seen'
  return presence.online ? `since ${shortInstant(presence.since, now)}` : 'offline'
}

/** The verdict and the gravest reason. What a player that is gone said last is no longer so. */
function healthText({ health, presence }: PlayerView): string {
  if (!health || presence?.online !== true) return ''
  const [first] = health.reasons
  return first ? `${health.verdict}: ${first.message}` : health.verdict
}

function nowText(state: State | undefined): string {
  if (!state) return ''
  if ('dark' in state.now) return `off: ${state.now.dark}`
  if ('slate' in state.now) return `slate: ${state.now.slate}`
  const { playlist, item, fallback } = state.now
  return fallback === undefined ? `${playlist} / ${item}` : `fallback / ${item}: ${fallback}`
}

function playlistText({ id, revision, status, missingBytes, totalBytes, reasons }: PlaylistReport): string {
  const here = totalBytes ? ` (${Math.floor(100 * (1 - Math.min(1, missingBytes / totalBytes)))} % here)` : ''
  const missing = missingBytes > 0 ? `, ${sizeText(missingBytes)} missing${here}` : ''
  const why = status === 'waiting' && reasons.length > 0 ? `: ${reasons.join('; ')}` : ''
  return `${id} r${revision} ${status}${missing}${why}`
}

/** The newest of the last refusal and the last event; a fault hides the notices that came after it. */
function lastText({ state, events }: PlayerView, now: string): string {
  const refusal = state?.refused.at(-1)
  const last = events.find(({ severity }) => severity !== 'info') ?? (refusal ? undefined : events[0])
  if (last && (!refusal || Date.parse(last.at) > Date.parse(refusal.at))) {
    return `${shortInstant(last.at, now)} ${last.code}: ${last.message}`
  }
  if (!refusal) return ''
  const where = refusal.field === '' ? '' : `${refusal.field}: `
  return `${shortInstant(refusal.at, now)} refused ${refusal.topic.split('/').at(-1)}: ${where}${refusal.message}`
}

/** `08:15 UTC` on the same day, else `2026-11-22`. */
const shortInstant = (instant: string, now: string): string => {
  const utc = new Date(instant).toISOString()
  return utc.slice(0, 10) === now.slice(0, 10) ? `${utc.slice(11, 16)} UTC` : utc.slice(0, 10)
}
