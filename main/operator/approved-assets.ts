import type { Jws } from '../../shared/documents/jws.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type LocalAsset, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { approveAll } from './approving.ts'
import type { FleetLink } from './fleet-link.ts'
import type { PlaylistToSign } from './playlist-to-sign.ts'
import type { PublishRequest } from './publication.ts'
import { hashAll } from './publish-assets.ts'
import { type PrivateJwk, thumbprintOf } from './signing.ts'
import { knownTakedowns } from './takedown.ts'

/** The assets of a playlist, by the path as written, and the approvals that players ask for. */
export type ApprovedAssets = {
  readonly assets: ReadonlyMap<string, LocalAsset>
  readonly approvals: readonly Jws[]
}

/**
 * Hashes what a playlist shows and has it approved, for a document that `signer` is to sign. Rejects in sentences if
 * something of it was taken down or has too few approvals.
 */
export async function approvedAssets(
  link: FleetLink,
  { playlist, sources }: Pick<PlaylistToSign, 'playlist' | 'sources'>,
  signer: PrivateJwk,
  request: Pick<PublishRequest, 'settings' | 'approvals' | 'approvedUntil' | 'report' | 'signal'>,
): Promise<ApprovedAssets> {
  const assets = await hashAll(sources, request)
  await checkNotTakenDown(link, request.settings.keys, assets)
  return { assets, approvals: await approveAll(link, assets, playlist, await thumbprintOf(signer), request) }
}

/** What was taken down is shown by no player: better to hear it here than to wonder at the wall. */
async function checkNotTakenDown(link: FleetLink, keysFolder: string, assets: ReadonlyMap<string, LocalAsset>) {
  const gone = new Map((await knownTakedowns(link, keysFolder)).assets.map((one) => [one.asset, one]))
  const lines = [...assets].flatMap(([file, asset]) => {
    const one = withSetFiles([asset]).flatMap(({ name }) => gone.get(name) ?? [])[0]
    return one ? [`${file} was taken down on ${one.at}, and no player shows it any more: ${one.reason}`] : []
  })
  if (lines.length > 0) throw new OperatorError(lines.join('\n'), 2)
}
