import { pathOf } from '../../shared/documents/refusal.ts'
import { type Site, site as siteSchema } from '../../shared/documents/site.ts'
import { mistakesOf } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { SiteFile } from '../../shared/operator/site-file.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { FleetLink } from './fleet-link.ts'
import { privateKeyFor } from './keys.ts'
import { knownDocument } from './known-documents.ts'
import { pushDocument } from './push.ts'

/** What an operator says about a wall; what is left out stays as it was. */
export type SiteChoices = {
  readonly name?: string | undefined
  readonly place?: string | undefined
  readonly latitude?: number | undefined
  readonly longitude?: number | undefined
  /** IANA, such as Asia/Shanghai. */
  readonly timeZone?: string | undefined
  /** All groups of the wall; replaces those it had. */
  readonly groups?: readonly string[] | undefined
  /** What a file says; what was said beside it goes before it. */
  readonly file?: SiteFile | undefined
}

/** The site document of a player; throws in a sentence if a choice is wrong. */
export function sitePayload(
  player: string,
  revision: number,
  issuedAt: string,
  choices: SiteChoices,
  before?: Site,
): Site {
  const { name, place: label, latitude, longitude, timeZone, groups, file = {} } = choices
  const place = { ...(file.place ?? before?.place), ...present({ label, latitude, longitude }) }
  const wanted = {
    ...before,
    ...present(file),
    ...present({ name, timeZone, groups }),
    ...(Object.keys(place).length > 0 && { place }),
    kind: 'site',
    id: player,
    revision,
    issuedAt,
    target: `players/${player}`,
  }
  const read = siteSchema.safeParse(wanted, { reportInput: true })
  if (read.success) return read.data
  const mistakes = mistakesOf(read.error, () => [])
  throw new OperatorError(mistakes.map(({ path, message }) => `${pathOf(path)}: ${message}`).join('\n'), 2)
}

/** Signs the site document of a player with an operator key, and leaves it on the broker. */
export async function pushSite(
  link: FleetLink,
  keysFolder: string,
  player: string,
  choices: SiteChoices,
  revision?: number,
) {
  const target = `players/${player}`
  const signer = await privateKeyFor(keysFolder, 'operator')
  const kept = await knownDocument(link, keysFolder, topicOfDocument(link.topicPrefix, 'site', target, player))
  const before = kept?.document.kind === 'site' ? kept.document : undefined
  return pushDocument({
    link,
    keysFolder,
    kind: 'site',
    target,
    id: player,
    signers: [signer],
    revision,
    payload: (next, issuedAt) => sitePayload(player, next, issuedAt, choices, before),
  })
}

const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
