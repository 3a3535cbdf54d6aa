import type { Pushed } from '../../shared/operator/answer.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { withdrawal } from '../../shared/operator/playlist-payload.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { answersTo } from './awaited-answers.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { privateKeyFor } from './keys.ts'
import { knownDocument } from './known-documents.ts'
import type { Published, PublishRequest } from './publication.ts'
import { pushDocument } from './push.ts'

export type WithdrawRequest = Pick<
  PublishRequest,
  'settings' | 'target' | 'revision' | 'timeoutMs' | 'signal' | 'report'
> & { readonly id: string }

/** Takes a playlist off the walls, by a later revision that says so. Without a target, the one it is kept under. */
export async function withdraw(request: WithdrawRequest): Promise<Published> {
  const { settings, id } = request
  const prefix = settings.topicPrefix
  const everywhere = ['players', 'groups'].map((kind) => `${prefix}/${kind}/+/playlists/${id}`)
  const link = await openFleetLink(settings, [`${prefix}/trust`, ...everywhere])
  try {
    const target = request.target ?? targetKept(link, id) ?? settings.target
    if (target === undefined) {
      throw new OperatorError(`No playlist ${id} is on this broker. If players still have it, name --target.`)
    }
    const kept = await knownDocument(link, settings.keys, topicOfDocument(prefix, 'playlist', target, id))
    const priority = kept?.document.kind === 'playlist' ? kept.document.priority : 'normal'
    const signer = await privateKeyFor(settings.keys, priority === 'emergency' ? 'emergency' : 'publisher')
    const pushed: Pushed = {
      ...(await pushDocument({
        link,
        keysFolder: settings.keys,
        kind: 'playlist',
        target,
        id,
        signers: [signer],
        revision: request.revision,
        payload: (revision, issuedAt) => ({ ...withdrawal(id, target, revision, issuedAt), priority }),
      })),
      withdrawn: true,
    }
    return { ...(await answersTo(link, pushed, request)), server: undefined }
  } finally {
    await link.close()
  }
}

function targetKept(link: FleetLink, id: string): string | undefined {
  const targets = [...link.documents().keys()].flatMap((topic) => {
    const parts = topic.slice(link.topicPrefix.length + 1).split('/')
    return parts[2] === 'playlists' && parts[3] === id ? [`${parts[0]}/${parts[1]}`] : []
  })
  if (targets.length > 1) {
    throw new OperatorError(`Several playlists are called ${id}: ${targets.join(', ')}. Say which with --target.`, 2)
  }
  return targets[0]
}
