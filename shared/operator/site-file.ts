import { z } from 'zod'
import { site } from '../documents/site.ts'
import { daypart, dayparts } from './playlist-file.ts'

const { hours, cache, name, place, timeZone, groups, output, brightness, rules, sync, fallback } = site.shape

/**
 * A wall as an operator writes it in YAML; each field replaces the one the site document had. Days have names here; the rest
 * is as in the document, by whose schema the outcome is read.
 */
export const siteFile = z.strictObject({
  name,
  place,
  timeZone,
  groups: groups.unwrap().optional(),
  hours: z.strictObject({ ...hours.unwrap().shape, weekly: dayparts }).optional(),
  cache: z
    .strictObject({
      ...cache.unwrap().shape,
      bandwidth: z
        .array(
          z.strictObject({ ...daypart.shape, bytesPerSecond: z.int('expected a whole number of bytes').min(1024) }),
          'expected a list of dayparts, each with bytesPerSecond',
        )
        .max(64)
        .optional(),
    })
    .optional(),
  sync,
  fallback: fallback.unwrap().optional(),
  output,
  brightness,
  rules,
})
export type SiteFile = z.infer<typeof siteFile>

/** The field names that may stand at a place in the file, for "did you mean". */
export function siteFieldNamesAt(path: readonly PropertyKey[]): readonly string[] {
  const place = path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.')
  return names[place] ?? []
}

const names: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(siteFile.shape),
  hours: ['weekly', 'exceptions', 'emergency'],
  'hours.weekly.[]': Object.keys(daypart.shape),
  'hours.exceptions.[]': ['date', 'open'],
  cache: ['quotaBytes', 'bandwidth', 'neighbours'],
  'cache.bandwidth.[]': [...Object.keys(daypart.shape), 'bytesPerSecond'],
}
