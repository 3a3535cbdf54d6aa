import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Approval } from '../../shared/documents/approval.ts'
import { type Jws, jws } from '../../shared/documents/jws.ts'
import type { Item, Playlist } from '../../shared/documents/playlist.ts'
import { mergedApprovals, signerNamedBy, statementOf } from '../../shared/operator/approval-merge.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { PlaylistFile } from '../../shared/operator/playlist-file.ts'
import {
  approvalPayload,
  isLiveStream,
  type LocalAsset,
  playlistItems,
} from '../../shared/operator/playlist-payload.ts'
import { cutTo } from '../../shared/operator/text-table.ts'
import { type Wanted, wantedAssets, wantedWithWords } from '../../shared/operator/wanted-approvals.ts'
import { type Approvals, approvalsOf, statementsAbout } from '../../shared/trust/approvals.ts'
import { wordsHash } from '../../shared/trust/words.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import type { FleetLink } from './fleet-link.ts'
import { listKeys, privateKeyFor, privateKeys } from './keys.ts'
import { type Belief, beliefOf } from './known-documents.ts'
import type { PublishRequest } from './publication.ts'
import { signDocument } from './signing.ts'

/**
 * Approvals for all that a playlist shows and, where trust asks for it, says: those that were brought, and, for what they
 * lack, new ones by the approver keys of the folder. Rejects with a line for each file that has too few even then.
 */
export async function approveAll(
  link: FleetLink,
  assets: ReadonlyMap<string, LocalAsset>,
  file: PlaylistFile,
  publisher: string,
  request: Pick<PublishRequest, 'settings' | 'approvals' | 'approvedUntil'>,
): Promise<Jws[]> {
  const { settings, approvals: brought = [] } = request
  const names = new Set<string>([...assets.values()].map(({ name }) => name))
  const used = mergedApprovals(brought.filter((one) => names.has(statementOf(one)?.asset ?? '')))
  const belief = await beliefOf(link, settings.keys)
  const needed = belief.kind === 'trust' ? belief.trust.approvals.needed : 1
  const items = playlistItems(file, assets)
  const needsWords = belief.kind === 'trust' && belief.keyring.words === 'approved'
  const wanted = needsWords ? wantedWithWords(items, assets) : wantedAssets(assets)
  const before = approversOf(used, assets, items, publisher, belief)
  const lacking = wanted.filter((one) => before(one).size < needed)
  if (lacking.length === 0) return used
  const streams = lacking.filter(({ asset }) => isLiveStream(asset)).map(({ asset }) => asset.path)
  if (streams.length > 0) throw new OperatorError(streamText(streams), 2)
  const own = (await listKeys(settings.keys)).filter((key) => key.purpose === 'approver' && key.canSign)
  if (own.length === 0 && used.length === 0) await privateKeyFor(settings.keys, 'approver') // says what to do
  const keys = await privateKeys(
    settings.keys,
    own.slice(0, needed).map(({ name }) => name),
  )
  const now = new Date().toISOString()
  const until = request.approvedUntil === undefined ? {} : { until: request.approvedUntil }
  const made =
    keys.length === 0
      ? []
      : await Promise.all(
          lacking.map((one) => signDocument('approval', { ...statementAbout(one, now), ...until }, keys)),
        )
  const all = [...used, ...made]
  const after = approversOf(all, assets, items, publisher, belief)
  const short = wanted.filter((one) => after(one).size < needed)
  if (short.length > 0 && belief.kind === 'trust') throw new OperatorError(shortText(short, after, needed, belief), 2)
  return all
}

/** Nobody has seen what a stream will show: that it may is never signed in passing. */
const streamText = (streams: readonly string[]): string =>
  `${streams.join(', ')}: a live stream needs approvals that say from when until when. Have it approved, and bring that with --approvals FILE: plazacast approve --playlist FILE --from 2026-11-30T08:00:00Z --until 2026-11-30T22:00:00Z`

/** The statement that an approver signs about what is wanted. */
export const statementAbout = ({ asset, words }: Wanted, approvedAt: string): Approval =>
  approvalPayload(asset, approvedAt, words === undefined ? undefined : wordsHash(words, nodeCrypto))

function shortText(
  short: readonly Wanted[],
  approvers: ApproversOf,
  needed: number,
  belief: Belief & { kind: 'trust' },
): string {
  const lines = short.map((one) => {
    const by = [...approvers(one)].map((kid) => belief.keyring.keys.get(kid)?.label ?? kid)
    const what = `${one.asset.path}${one.words === undefined ? '' : ` with the words ${cutTo(one.words, 160)}`}`
    return `${what} has ${by.length} of ${needed} approvals${by.length > 0 ? ` (${by.join(', ')})` : ''}.`
  })
  const how = short.some(({ words }) => words !== undefined) ? 'plazacast approve --playlist FILE' : 'plazacast approve'
  const advice = `Approvals count that are signed by approver keys of this fleet, for these bytes, and not by who publishes. Let others sign (${how}) and bring what they signed with --approvals FILE.`
  return [...lines, advice].join('\n')
}

/** Thumbprints of those whose approval counts with players, as far as it can be known here. */
type ApproversOf = (wanted: Wanted) => ReadonlySet<string>

function approversOf(
  approvals: readonly Jws[],
  assets: ReadonlyMap<string, LocalAsset>,
  items: readonly Item[],
  publisher: string,
  belief: Belief,
): ApproversOf {
  if (belief.kind === 'trust') {
    const facts = Object.fromEntries([...assets.values()].map((one) => [one.name, { ...one.facts, urls: [] }]))
    const playlist = { approvals, items, assets: facts } as unknown as Playlist // no more of it is looked at
    const counted: Approvals = approvalsOf(playlist, [publisher], belief.keyring, nodeCrypto)
    return ({ asset, words }) =>
      new Set(
        statementsAbout(asset.name, words, counted)
          .filter(
            ({ approval }) => !isLiveStream(asset) || (approval.from !== undefined && approval.until !== undefined),
          )
          .flatMap(({ approvers }) => approvers),
      )
  }
  const named = new Map<string, Set<string>>()
  for (const one of approvals) {
    const asset = statementOf(one)?.asset ?? ''
    const kids = one.signatures.flatMap((signature) => signerNamedBy(signature.protected) ?? [])
    named.set(asset, new Set([...(named.get(asset) ?? []), ...kids]))
  }
  return ({ asset }) => named.get(asset.name) ?? new Set()
}

/** Approvals from a file that `plazacast approve` wrote. */
export async function readApprovals(path: string): Promise<Jws[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new OperatorError(`${path} cannot be read: ${error.message}.`, 2)
  })
  try {
    return approvalsFile.parse(JSON.parse(text)).approvals
  } catch {
    throw new OperatorError(`${path} is no file of approvals; plazacast approve writes one.`, 2)
  }
}

/** Approvals from several files, with the signatures under the same statement put together. */
export async function readAllApprovals(paths: readonly string[]): Promise<Jws[]> {
  return mergedApprovals(...(await Promise.all(paths.map(readApprovals))))
}

/** Writes approvals to a file, whole or not at all. */
export async function writeApprovals(path: string, approvals: readonly Jws[]): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  await writeFile(draft, `${JSON.stringify({ approvals }, undefined, 2)}\n`)
  await rename(draft, path)
}

const approvalsFile = z.strictObject({ approvals: z.array(jws) })
