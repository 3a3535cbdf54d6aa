import type { Site } from '../../shared/documents/site.ts'
import type { Pushed } from '../../shared/operator/answer.ts'
import { statementOf } from '../../shared/operator/approval-merge.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { PlaylistFile } from '../../shared/operator/playlist-file.ts'
import { type LocalAsset, playlistItems, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { approveAll } from './approving.ts'
import type { AssetServer } from './asset-server.ts'
import { openFleetLink } from './fleet-link.ts'
import { privateKeyFor } from './keys.ts'
import type { PublishOutcome, PublishRequest } from './publication.ts'
import { answersTo, checkNotTakenDown } from './publish.ts'
import { hashAll, serveFrom, urlsAt, urlsFrom } from './publish-assets.ts'
import { readPlaylistFile } from './read-playlist.ts'
import { thumbprintOf } from './signing.ts'
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
  const read = file === undefined ? undefined : await readPlaylistFile(file)
  if (read?.ok === false) return { kind: 'mistakes', mistakes: read.mistakes }
  if (read) checkOnlyPictures(read.playlist, file ?? '')
  const operator = await privateKeyFor(settings.keys, 'operator')
  const link = await openFleetLink(settings, topicsFor(settings.topicPrefix, player))
  let server: AssetServer | undefined
  try {
    const asked = { ...request, file: file ?? '' }
    const assets = read ? await hashAll(read.sources, asked) : new Map<string, LocalAsset>()
    const distinct = [...new Map([...assets.values()].map((asset) => [asset.name, asset])).values()]
    await checkNotTakenDown(link, settings.keys, assets)
    const approvals = read ? await approveAll(link, assets, read.playlist, await thumbprintOf(operator), asked) : []
    server = read && request.assetsUrl === undefined ? await serveFrom(link, distinct, asked) : undefined
    const urlsOf = server ? urlsFrom(server) : read ? await urlsAt(request.assetsUrl ?? '', distinct, asked) : () => []
    const facts = new Map(distinct.map((asset) => [asset.name, { ...asset.facts, urls: urlsOf(asset) }]))
    const items = read ? playlistItems(read.playlist, assets) : []
    const fallback = items.flatMap(({ id, asset, seconds, fit, transition, audio }): Site['fallback'] => {
      const known = facts.get(asset)
      if (!known) return []
      const own = approvals.filter((one) => statementOf(one)?.asset === asset)
      const time = seconds === undefined ? {} : { seconds }
      return [{ id, asset, ...time, fit, transition, audio, facts: known, approvals: own }]
    })
    const pushed: Pushed = {
      ...(await pushSite(link, settings.keys, player, { file: { fallback } }, request.revision)),
      totalBytes: withSetFiles(distinct).reduce((sum, asset) => sum + asset.facts.bytes, 0),
      labels: new Map([...assets].map(([path, { name }]) => [name, path])),
    }
    request.report?.({ kind: 'pushed', pushed })
    return { ...(await answersTo(link, pushed, request)), server }
  } catch (error) {
    await server?.stop()
    throw error
  } finally {
    await link.close()
  }
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
