import { stat } from 'node:fs/promises'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import type { Pushed } from '../../shared/operator/answer.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { joinedTakedowns, type TakenDown } from '../../shared/operator/takedown-list.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { FleetLink } from './fleet-link.ts'
import { listKeys, privateKey, privateKeyFor } from './keys.ts'
import { beliefOf, knownDocument } from './known-documents.ts'
import { hashFile } from './probe.ts'
import { pushDocument } from './push.ts'
import type { PrivateJwk } from './signing.ts'
import { rememberedTakedowns, rememberTakedowns } from './takedown-memory.ts'

/** The document topics that a take-down is made from: whom to believe, what is taken down, what is called what. */
export const takedownTopics = (prefix: string): string[] => [
  topicOfDocument(prefix, 'trust', 'fleet', 'trust'),
  topicOfDocument(prefix, 'takedowns', 'fleet', 'takedowns'),
  `${prefix}/players/+/playlists/+`,
  `${prefix}/groups/+/playlists/+`,
]

/** The whole list, from the broker and from this machine's memory. `unread`: there is one on the broker that cannot be checked. */
export async function knownTakedowns(
  link: FleetLink,
  keysFolder: string,
): Promise<{ readonly assets: TakenDown[]; readonly unread: boolean }> {
  const topic = topicOfDocument(link.topicPrefix, 'takedowns', 'fleet', 'takedowns')
  const kept = await knownDocument(link, keysFolder, topic)
  const onBroker = kept?.document.kind === 'takedowns' ? kept.document.assets : []
  const unread = kept === undefined && (link.documents().get(topic)?.length ?? 0) > 0
  return { assets: joinedTakedowns(onBroker, await rememberedTakedowns(keysFolder)), unread }
}

/** What is to be taken down, and on whose word. */
export type TakedownRequest = {
  readonly link: FleetLink
  readonly keysFolder: string
  readonly assets: readonly AssetName[]
  readonly reason: string
  /** Name of the key; else the emergency key of the folder, else an approver's. */
  readonly key?: string | undefined
  readonly revision?: number | undefined
  /** Leave out what a list on the broker says that cannot be checked here. */
  readonly startAnew?: boolean | undefined
}

/** Signs the list with these assets added, and leaves it on the broker. It holds all that was taken down before. */
export async function pushTakedown(request: TakedownRequest): Promise<Pushed> {
  const { link, keysFolder, reason } = request
  const signer = await signerOf(request)
  const before = await knownTakedowns(link, keysFolder)
  if (before.unread && !request.startAnew) throw new OperatorError(uncheckable(keysFolder))
  const at = new Date().toISOString()
  const assets = joinedTakedowns(
    before.assets,
    request.assets.map((asset) => ({ asset, reason, at })),
  )
  await rememberTakedowns(keysFolder, assets)
  const pushed = await pushDocument({
    link,
    keysFolder,
    kind: 'takedowns',
    target: 'fleet',
    id: 'takedowns',
    signers: [signer],
    revision: request.revision,
    payload: (revision, issuedAt) => ({
      kind: 'takedowns',
      id: 'takedowns',
      revision,
      issuedAt,
      target: 'fleet',
      assets,
    }),
  })
  return { ...pushed, takenDown: new Set(request.assets) }
}

const uncheckable = (keysFolder: string): string =>
  `There is a take-down list on this broker that is not signed by any key known in ${keysFolder}, so it cannot be added to. Put the fleet’s root.public.json into that folder, or leave the list out with --start-anew.`

/** An emergency key is made for this; an approver may as well. */
async function signerOf({ keysFolder, key }: TakedownRequest): Promise<PrivateJwk> {
  if (key !== undefined) return privateKey(keysFolder, key)
  const keys = await listKeys(keysFolder)
  const hasEmergency = keys.some(({ purpose, canSign }) => purpose === 'emergency' && canSign)
  return privateKeyFor(keysFolder, hasEmergency ? 'emergency' : 'approver')
}

/** The asset that is meant by a file, by `sha256:…`, or by `PLAYLIST/ITEM` of what is on the broker. */
export async function assetMeantBy(text: string, link: FleetLink, keysFolder: string): Promise<AssetName> {
  const named = assetName.safeParse(text)
  if (named.success) return named.data
  if ((await stat(text).catch(() => undefined))?.isFile()) return hashFile(text)
  const [, playlist = '', item = ''] = /^([^/]+)\/([^/]+)$/.exec(text) ?? []
  const found = playlist === '' ? [] : await assetsOfItem(playlist, item, link, keysFolder)
  if (found.length === 1 && found[0]) return found[0]
  if (found.length > 1) {
    throw new OperatorError(
      `${text} is ${found.length} different assets: ${found.join(', ')}. Name the ones you mean.`,
      2,
    )
  }
  const belief = await beliefOf(link, keysFolder)
  const hint = belief.kind === 'trust' ? '' : ' (playlists cannot be checked here without the fleet’s root.public.json)'
  throw new OperatorError(
    `${text} is no file, no sha256:…, and no PLAYLIST/ITEM of a playlist on this broker${hint}.`,
    2,
  )
}

async function assetsOfItem(playlist: string, item: string, link: FleetLink, keysFolder: string): Promise<AssetName[]> {
  const topics = [...link.documents().keys()].filter((topic) => topic.endsWith(`/playlists/${playlist}`))
  const known = await Promise.all(topics.map((topic) => knownDocument(link, keysFolder, topic)))
  const assets = known.flatMap((one) =>
    one?.document.kind === 'playlist'
      ? one.document.items.filter(({ id }) => id === item).map(({ asset }) => asset)
      : [],
  )
  return [...new Set(assets)]
}
