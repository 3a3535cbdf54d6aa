import { type PayloadParts, playlistPayload } from '../../shared/operator/playlist-payload.ts'
import type { FleetLink } from './fleet-link.ts'
import type { PlaylistToSign } from './playlist-to-sign.ts'
import type { PublishRequest } from './publication.ts'
import type { Push } from './push.ts'

/** The document that a playlist becomes with its assets, their addresses and approvals, for its publisher to sign. */
export function playlistPush(
  link: FleetLink,
  { settings, revision }: Pick<PublishRequest, 'settings' | 'revision'>,
  { playlist, target, publisher }: PlaylistToSign,
  parts: Pick<PayloadParts, 'assets' | 'approvals' | 'urlsOf'>,
): Push<'playlist'> {
  return {
    link,
    keysFolder: settings.keys,
    kind: 'playlist',
    target,
    id: playlist.id,
    signers: [publisher],
    revision,
    payload: (next, issuedAt) => playlistPayload(playlist, { ...parts, target, revision: next, issuedAt }),
  }
}
