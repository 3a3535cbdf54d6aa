import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type PlaylistFile, playlistTarget } from '../../shared/operator/playlist-file.ts'
import { privateKeyFor } from './keys.ts'
import type { Mistaken, PublishRequest } from './publication.ts'
import { readPlaylistFile, type Source } from './read-playlist.ts'
import type { PrivateJwk } from './signing.ts'

/** A playlist as it was read, whom it is for, and the key that is to sign it. */
export type PlaylistToSign = {
  readonly kind: 'playlist'
  readonly playlist: PlaylistFile
  /** The files and streams it names, by the path as written. */
  readonly sources: ReadonlyMap<string, Source>
  readonly target: string
  readonly publisher: PrivateJwk
}

/** Reads a playlist in YAML and finds whom it is for and who signs it; rejects in a sentence if there is no such target or key. */
export async function playlistToSign(
  request: Pick<PublishRequest, 'settings' | 'file' | 'target' | 'report'>,
): Promise<PlaylistToSign | Mistaken> {
  const { settings, file, report } = request
  const read = await readPlaylistFile(file, (done, total) => report?.({ kind: 'looking', done, total }))
  if (!read.ok) return { kind: 'mistakes', mistakes: read.mistakes }
  const { playlist, sources } = read
  const target = checkedTarget(request.target ?? playlist.target ?? settings.target, file)
  const publisher = await privateKeyFor(settings.keys, playlist.priority === 'emergency' ? 'emergency' : 'publisher')
  return { kind: 'playlist', playlist, sources, target, publisher }
}

/** The target if it is one; rejects in a sentence that says how to name one. */
function checkedTarget(target: string | undefined, file: string): string {
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
