import { fallbackKey } from '../../shared/loop/fallback.ts'
import { laneKey } from '../../shared/loop/standing.ts'
import type { PlayLevel } from '../../shared/plays/record.ts'
import type { Showing } from '../../shared/screen/programme.ts'
import type { Knowledge } from './knowledge.ts'

/** The level of the playlist that a showing is of, also of one that has been replaced by a later revision in the meantime. */
export function levelOf(
  showing: Showing,
  { newest, former }: Pick<Knowledge, 'newest' | 'former'>,
): PlayLevel | undefined {
  if (showing.key.startsWith(`${fallbackKey}/`)) return 'fallback'
  const lists = [...newest, ...former].map(({ playlist }) => playlist)
  const own = lists.filter((playlist) => showing.key.startsWith(`${laneKey(playlist)}/`))
  return (own.find(({ revision }) => revision === showing.revision) ?? own[0])?.priority
}
