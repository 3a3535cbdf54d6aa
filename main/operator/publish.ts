import type { Answer, Pushed } from '../../shared/operator/answer.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { playlistTarget } from '../../shared/operator/playlist-file.ts'
import { type LocalAsset, playlistPayload, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { approveAll } from './approving.ts'
import type { AssetServer } from './asset-server.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { privateKeyFor } from './keys.ts'
import { pointerIfLarge } from './pointing.ts'
import type { Published, PublishOutcome, PublishRequest } from './publication.ts'
import { hashAll, serveFrom, urlsAt, urlsFrom } from './publish-assets.ts'
import { allHaveIt, awaitAnswers, pushDocument } from './push.ts'
import { readPlaylistFile } from './read-playlist.ts'
import type { Settings } from './settings.ts'
import { thumbprintOf } from './signing.ts'
import { knownTakedowns } from './takedown.ts'

const defaultTimeoutMs = 120_000

/**
 * Publishes a playlist: reads it, hashes and looks into its files, signs approvals and playlist, serves the files, pushes,
 * and waits for the players' answers. Mistakes in the playlist are an outcome; everything else rejects in a sentence.
 */
export async function publish(request: PublishRequest): Promise<PublishOutcome> {
  const { settings } = request
  const read = await readPlaylistFile(request.file, (done, total) => request.report?.({ kind: 'looking', done, total }))
  if (!read.ok) return { kind: 'mistakes', mistakes: read.mistakes }
  const { playlist, sources } = read
  const target = checkedTarget(request.target ?? playlist.target ?? settings.target, request.file)
  const publisher = await privateKeyFor(settings.keys, playlist.priority === 'emergency' ? 'emergency' : 'publisher')
  const link = await openFleetLink(settings, documentTopics(settings, target, playlist.id))
  let server: AssetServer | undefined
  try {
    const assets = await hashAll(sources, request)
    const distinct = [...new Map([...assets.values()].map((asset) => [asset.name, asset])).values()]
    await checkNotTakenDown(link, settings.keys, assets)
    const approvals = await approveAll(link, assets, playlist, await thumbprintOf(publisher), request)
    server = request.assetsUrl === undefined ? await serveFrom(link, distinct, request) : undefined
    const urlsOf = server ? urlsFrom(server) : await urlsAt(request.assetsUrl ?? '', distinct, request)
    const pushed: Pushed = {
      ...(await pushDocument(
        {
          link,
          keysFolder: settings.keys,
          kind: 'playlist',
          target,
          id: playlist.id,
          signers: [publisher],
          revision: request.revision,
          payload: (revision, issuedAt) =>
            playlistPayload(playlist, { target, revision, issuedAt, assets, urlsOf, approvals }),
        },
        (text) => (request.inline ? text : pointerIfLarge(text, server, request)),
      )),
      totalBytes: withSetFiles(distinct).reduce((sum, asset) => sum + asset.facts.bytes, 0),
      labels: new Map([...assets].map(([file, { name }]) => [name, file])),
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

/** The target if it is one; rejects in a sentence that says how to name one. */
export function checkedTarget(target: string | undefined, file: string): string {
  if (target === undefined) {
    throw new OperatorError(
      `For whom is ${file}? Give it a target, in the file or with --target: groups/NAME or players/ID.`,
      2,
    )
  }
  if (playlistTarget.safeParse(target).success) return target
  const meant = target.includes('/') ? '' : ` Is it groups/${target}?`
  throw new OperatorError(`The target "${target}" is neither groups/NAME nor players/ID.${meant}`, 2)
}

const documentTopics = ({ topicPrefix }: Settings, target: string, id: string): string[] => [
  topicOfDocument(topicPrefix, 'trust', 'fleet', 'trust'),
  topicOfDocument(topicPrefix, 'playlist', target, id),
  topicOfDocument(topicPrefix, 'takedowns', 'fleet', 'takedowns'),
]

/** What was taken down is shown by no player: better to hear it here than to wonder at the wall. */
export async function checkNotTakenDown(link: FleetLink, keysFolder: string, assets: ReadonlyMap<string, LocalAsset>) {
  const gone = new Map((await knownTakedowns(link, keysFolder)).assets.map((one) => [one.asset, one]))
  const lines = [...assets].flatMap(([file, asset]) => {
    const one = withSetFiles([asset]).flatMap(({ name }) => gone.get(name) ?? [])[0]
    return one ? [`${file} was taken down on ${one.at}, and no player shows it any more: ${one.reason}`] : []
  })
  if (lines.length > 0) throw new OperatorError(lines.join('\n'), 2)
}

/** Waits for the answers to a playlist that was pushed. */
export async function answersTo(
  link: FleetLink,
  pushed: Pushed,
  { timeoutMs = defaultTimeoutMs, signal, report }: Pick<PublishRequest, 'timeoutMs' | 'signal' | 'report'>,
): Promise<Omit<Published, 'server'>> {
  const onAnswer = (player: string, answer: Answer) => report?.({ kind: 'answer', player, answer })
  const answers = await awaitAnswers(link, pushed, { timeoutMs, signal, onAnswer })
  return { kind: 'published', pushed, answers, complete: allHaveIt(answers) }
}
