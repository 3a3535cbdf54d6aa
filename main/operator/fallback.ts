import type { Site } from '../../shared/documents/site.ts'
import { statementOf } from '../../shared/operator/approval-merge.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { PlaylistFile } from '../../shared/operator/playlist-file.ts'
import { playlistItems } from '../../shared/operator/playlist-payload.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type ApprovedAssets, approvedAssets } from './approved-assets.ts'
import { pushWithAssets } from './awaited-answers.ts'
import { openFleetLink } from './fleet-link.ts'
import { privateKeyFor } from './keys.ts'
import type { PublishOutcome, PublishRequest } from './publication.ts'
import { type PlacedAssets, placeAssets } from './publish-assets.ts'
import { type ReadPlaylist, readPlaylistFile } from './read-playlist.ts'
import { pushSite } from './site.ts'

/** What a wall is to show when nothing else may be shown: `file` is a list of items in YAML, as in a playlist. */
export type FallbackRequest = Omit<PublishRequest, 'target' | 'inline' | 'file'> & {
  readonly player: string
  /** Undefined: the wall has no fallback any more. */
  readonly file: string | undefined
}

/**
 * Gives a wall its fallback: hashes and looks into the files, has them approved, puts them into the wall's site document, which
 * an operator key signs, and waits until the wall has them. All else that the site says stays as it was.
 */
export async function publishFallback(request: FallbackRequest): Promise<PublishOutcome> {
  const { settings, player, file } = request
  const read = file === undefined ? nothing : await readPlaylistFile(file)
  if (!read.ok) return { kind: 'mistakes', mistakes: read.mistakes }
  checkOnlyPictures(read.playlist, file ?? '')
  const operator = await privateKeyFor(settings.keys, 'operator')
  const link = await openFleetLink(settings, topicsFor(settings.topicPrefix, player))
  try {
    const approved = await approvedAssets(link, read, operator, request)
    const placed = file === undefined ? nowhere : await placeAssets(link, approved.assets, request)
    return await pushWithAssets(link, approved.assets, placed, request, () =>
      pushSite(
        link,
        settings.keys,
        player,
        { file: { fallback: fallbackOf(read.playlist, approved, placed) } },
        request.revision,
      ),
    )
  } finally {
    await link.close()
  }
}

const nothing: ReadPlaylist = { ok: true, playlist: { id: 'nothing', items: [] }, sources: new Map() }
const nowhere: PlacedAssets = { server: undefined, urlsOf: () => [] }

/** The items as the site says them, each with the facts of its asset and the approvals of it. */
function fallbackOf(
  playlist: PlaylistFile,
  { assets, approvals }: ApprovedAssets,
  { urlsOf }: PlacedAssets,
): Site['fallback'] {
  const facts = new Map([...assets.values()].map((asset) => [asset.name, { ...asset.facts, urls: urlsOf(asset) }]))
  return playlistItems(playlist, assets).flatMap(({ id, asset, seconds, fit, transition, audio }): Site['fallback'] => {
    const known = facts.get(asset)
    if (!known) return []
    const own = approvals.filter((one) => statementOf(one)?.asset === asset)
    const time = seconds === undefined ? {} : { seconds }
    return [{ id, asset, ...time, fit, transition, audio, facts: known, approvals: own }]
  })
}

const topicsFor = (topicPrefix: string, player: string): string[] => [
  topicOfDocument(topicPrefix, 'trust', 'fleet', 'trust'),
  topicOfDocument(topicPrefix, 'site', `players/${player}`, player),
  topicOfDocument(topicPrefix, 'takedowns', 'fleet', 'takedowns'),
]

const unscheduled = ['window', 'dayparts', 'limits', 'notBeside', 'priority', 'weight', 'entry'] as const
const unsaid = ['window', 'dayparts', 'caption', 'credit', 'hashtag', 'qr'] as const

/** A fallback has no hours and no words: it is what is left when all else has said that it may not be shown. */
function checkOnlyPictures(playlist: PlaylistFile, file: string): void {
  const told = (field: string) => `${file}: ${field}: a fallback has none; it is shown whenever nothing else may be.`
  const ofAll = unscheduled.filter((field) => playlist[field] !== undefined).map(told)
  const ofItems = playlist.items.flatMap((item, index) =>
    unsaid.filter((field) => item[field] !== undefined).map((field) => told(`items[${index}].${field}`)),
  )
  const ofDefaults = playlist.defaults?.hashtag === undefined ? [] : [told('defaults.hashtag')]
  const lines = [...ofAll, ...ofDefaults, ...ofItems]
  if (lines.length > 0) throw new OperatorError(lines.join('\n'), 2)
}
