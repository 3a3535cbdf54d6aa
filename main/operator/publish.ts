import { topicOfDocument } from '../../shared/topics.ts'
import { approvedAssets } from './approved-assets.ts'
import { pushWithAssets } from './awaited-answers.ts'
import { openFleetLink } from './fleet-link.ts'
import { playlistPush } from './playlist-push.ts'
import { playlistToSign } from './playlist-to-sign.ts'
import { pointerIfLarge } from './pointing.ts'
import type { PublishOutcome, PublishRequest } from './publication.ts'
import { placeAssets } from './publish-assets.ts'
import { pushDocument } from './push.ts'
import type { Settings } from './settings.ts'

/**
 * Publishes a playlist: reads it, hashes and looks into its files, signs approvals and playlist, serves the files, pushes,
 * and waits for the players' answers. Mistakes in the playlist are an outcome; everything else rejects in a sentence.
 */
export async function publish(request: PublishRequest): Promise<PublishOutcome> {
  const { settings, inline } = request
  const read = await playlistToSign(request)
  if (read.kind === 'mistakes') return read
  const link = await openFleetLink(settings, documentTopics(settings, read.target, read.playlist.id))
  try {
    const { assets, approvals } = await approvedAssets(link, read, read.publisher, request)
    const { server, urlsOf } = await placeAssets(link, assets, request)
    const push = playlistPush(link, request, read, { assets, approvals, urlsOf })
    return await pushWithAssets(link, assets, { server }, request, () =>
      pushDocument(push, (text) => (inline ? text : pointerIfLarge(text, server, request))),
    )
  } finally {
    await link.close()
  }
}

const documentTopics = ({ topicPrefix }: Settings, target: string, id: string): string[] => [
  topicOfDocument(topicPrefix, 'trust', 'fleet', 'trust'),
  topicOfDocument(topicPrefix, 'playlist', target, id),
  topicOfDocument(topicPrefix, 'takedowns', 'fleet', 'takedowns'),
]
