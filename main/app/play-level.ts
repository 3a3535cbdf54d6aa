import type { Priority } from '../../shared/documents/playlist.ts'
import { laneKey } from '../../shared/loop/standing.ts'
import type { Showing } from '../../shared/screen/programme.ts'
import type { Knowledge } from './knowledge.ts'

/** The level of the playlist that a showing is of, also of one that has been replaced by a later revision in the meantime. */
export function levelOf(
  showing: Showing,
  { newest, former }: Pick<Knowledge, 'newest' | 'former'>,
): Priority | undefined {
  const lists = [...newest, ...former].map(({ playlist }) => playlist)
  const own = lists.filter((playlist) => showing.key.startsWith(`${laneKey(playlist)}/`))
  return (own.find(({ revision }) => revision === showing.revision) ?? own[0])?.priority
}
