import { z } from 'zod'
import { campaignWindow, localizedText, name, wallClockTime, webAddress } from '../documents/fields.ts'
import { credit, fit, limits, notBeside, priority, type Transition } from '../documents/playlist.ts'

/** A playlist as an operator writes it in YAML: files instead of assets, short forms where a long one says no more. */

const longestSeconds = 86_400
const fadeMs = 400

const seconds = z
  .number('expected a positive number')
  .positive('expected a positive number')
  .max(longestSeconds, `expected at most ${longestSeconds} seconds, which is a day`)

/** Whom a playlist can be pushed to: one player or a group; no topic reaches the whole fleet at once. */
export const playlistTarget = z
  .string('expected players/<id> or groups/<name>')
  .regex(
    /^(players\/[a-z0-9-]{1,64}|groups\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/,
    'expected players/<id> or groups/<name>',
  )

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const dayExpected = 'expected a day: sun, mon, tue, wed, thu, fri, sat, or 0 (Sunday) to 6'
const day = z
  .union([z.enum(dayNames), z.int(dayExpected).min(0, dayExpected).max(6, dayExpected)], dayExpected)
  .transform((one) => (typeof one === 'number' ? one : dayNames.indexOf(one)))

/** Hours of the week as an operator writes them: days by name or number. */
export const daypart = z
  .strictObject({
    days: z.array(day, 'expected a list of days, such as [mon, tue]').min(1, 'expected at least one day').optional(),
    from: wallClockTime.default('00:00'),
    until: wallClockTime.default('24:00'),
  })
  .refine((part) => part.from !== part.until, { path: ['until'], message: 'expected a time other than from' })
  .refine((part) => part.from !== '24:00', { path: ['from'], message: 'expected a time before 24:00' })
export const dayparts = z.array(daypart, 'expected a list of dayparts').max(64, 'expected at most 64 dayparts')

const fadeMilliseconds = z
  .int('expected a whole number of milliseconds')
  .min(1, 'expected 1 to 5000 ms')
  .max(5000, 'expected 1 to 5000 ms')
const transition = z
  .union(
    [
      z.enum(['cut', 'fade']),
      z.discriminatedUnion(
        'kind',
        [
          z.strictObject({ kind: z.literal('cut') }),
          z.strictObject({ kind: z.literal('fade'), ms: fadeMilliseconds.default(fadeMs) }),
        ],
        'expected cut or fade',
      ),
    ],
    'expected cut, fade, or { kind: fade, ms: 1 to 5000 }',
  )
  .transform((short): Transition => {
    if (short === 'cut') return { kind: 'cut' }
    return short === 'fade' ? { kind: 'fade', ms: fadeMs } : short
  })

const itemFields = {
  seconds: seconds.optional(),
  fit: fit.optional(),
  transition: transition.optional(),
  audio: z.boolean().optional(),
  hashtag: z.string().max(100, 'expected at most 100 characters').optional(),
}

/** An item names either a file or a live stream. */
export const playlistFileItem = z.strictObject({
  file: z.string('expected the path of a film or photo').min(1, 'expected the path of a film or photo').optional(),
  /** The address of an HLS playlist that has no end. */
  stream: webAddress.optional(),
  id: name.optional(),
  ...itemFields,
  window: campaignWindow.optional(),
  dayparts: dayparts.optional(),
  credit: credit.optional(),
  caption: localizedText.optional(),
  qr: webAddress.optional(),
})
export type PlaylistFileItem = z.infer<typeof playlistFileItem>

/** What an item shows, as it is written: the path of a file or the address of a stream. */
export const sourceOf = ({ file, stream }: Pick<PlaylistFileItem, 'file' | 'stream'>): string => file ?? stream ?? ''

/** The whole file. `defaults` holds for every item that does not say otherwise; its `seconds` only for photos and live streams. */
export const playlistFile = z.strictObject({
  id: z.string('expected a name for the playlist, such as chongqing-friends').pipe(name),
  title: localizedText.optional(),
  target: playlistTarget.optional(),
  priority: priority.optional(),
  weight: z.int('expected a whole number').min(1, 'expected 1 to 1000').max(1000, 'expected 1 to 1000').optional(),
  entry: z.enum(['now', 'item-end']).optional(),
  limits: limits.optional(),
  notBeside: notBeside.optional(),
  window: campaignWindow.optional(),
  dayparts: dayparts.optional(),
  defaults: z.strictObject(itemFields).optional(),
  items: z
    .array(playlistFileItem, 'expected a list of items, each with a file')
    .max(5000, 'expected at most 5000 items')
    .superRefine((items, context) => {
      const first = new Map<string, number>()
      items.forEach(({ id, file, stream }, index) => {
        if (file === undefined && stream === undefined) {
          context.addIssue({
            code: 'custom',
            path: [index, 'file'],
            message: 'is missing; expected the path of a film or photo',
          })
        }
        if (file !== undefined && stream !== undefined) {
          context.addIssue({
            code: 'custom',
            path: [index, 'stream'],
            message: 'an item has a file or a stream, not both',
          })
        }
        if (id === undefined) return
        const earlier = first.get(id)
        if (earlier === undefined) first.set(id, index)
        else
          context.addIssue({ code: 'custom', path: [index, 'id'], message: `is already the id of items[${earlier}]` })
      })
    }),
})
export type PlaylistFile = z.infer<typeof playlistFile>

/** The field names that may stand at a place in the file, for "did you mean"; empty where any name may stand. */
export function fieldNamesAt(path: readonly PropertyKey[]): readonly string[] {
  const place = path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.')
  return fieldNames[place] ?? []
}

const windowNames = ['from', 'until']
const daypartNames = Object.keys(daypart.shape)
const transitionNames = ['kind', 'ms']
const fieldNames: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(playlistFile.shape),
  window: windowNames,
  limits: Object.keys(limits.shape),
  'dayparts.[]': daypartNames,
  defaults: Object.keys(itemFields),
  'defaults.transition': transitionNames,
  'items.[]': Object.keys(playlistFileItem.shape),
  'items.[].window': windowNames,
  'items.[].dayparts.[]': daypartNames,
  'items.[].transition': transitionNames,
  'items.[].credit': Object.keys(credit.shape),
}
