import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { campaignWindow, dayparts, instant, localizedText, name, revision, target, webAddress } from './fields.ts'
import { jws } from './jws.ts'

/** From the least to the most urgent: only the highest live level plays. */
export const priorities = ['filler', 'normal', 'takeover', 'emergency'] as const
export const priority = z.enum(priorities)
export type Priority = z.infer<typeof priority>

/** What the player can show. HLS assets carry `application/vnd.apple.mpegurl`. */
export const mediaTypes = [
  'video/mp4',
  'video/webm',
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
  'application/vnd.apple.mpegurl',
] as const
export const mediaType = z.enum(mediaTypes)
export type MediaType = z.infer<typeof mediaType>

/** How a picture meets the wall, as CSS `object-fit` has it. */
export const fit = z.enum(['contain', 'cover', 'fill', 'none'])
export type Fit = z.infer<typeof fit>

/** How an item takes over from the one before it. */
export const transition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('fade'), ms: z.int().min(1).max(5000) }),
])
export type Transition = z.infer<typeof transition>

/** Who made a work, and where. */
export const credit = z.strictObject({
  author: z.string().max(200).optional(),
  place: localizedText.optional(),
  category: z.string().max(100).optional(),
})
export type Credit = z.infer<typeof credit>

export const item = z.strictObject({
  id: name,
  asset: assetName,
  seconds: z.number().positive().max(86_400).optional(),
  fit: fit.default('contain'),
  transition: transition.default({ kind: 'cut' }),
  audio: z.boolean().default(false),
  window: campaignWindow.optional(),
  dayparts: dayparts.optional(),
  credit: credit.optional(),
  caption: localizedText.optional(),
  hashtag: z.string().max(100).optional(),
  qr: webAddress.optional(),
})
export type Item = z.infer<typeof item>

/** What a playlist says of an asset's bytes, and where they can be had. `seconds` of a film is its length; a live stream has none. */
export const assetFacts = z.strictObject({
  mediaType,
  bytes: z
    .int()
    .min(1)
    .max(64 * 1024 ** 3),
  width: z.int().min(1).max(32_768).optional(),
  height: z.int().min(1).max(32_768).optional(),
  seconds: z.number().positive().max(86_400).optional(),
  urls: z.array(webAddress).max(16),
})
export type AssetFacts = z.infer<typeof assetFacts>

/** How often a playlist's showings may begin, whatever its share; both hold when both are there. */
export const limits = z.strictObject({
  /** At least so many minutes from the beginning of one to that of the next. */
  everyMinutes: z.number().positive().max(10_080).optional(),
  /** No more than so many in any sixty minutes. */
  perHour: z.int().min(1).max(1000).optional(),
})
export type Limits = z.infer<typeof limits>

/** Playlists whose showings may not stand directly before or after those of the one that names them. */
export const notBeside = z.array(name).max(64)

const isLiveStream = ({ mediaType: type, seconds }: AssetFacts): boolean =>
  type === 'application/vnd.apple.mpegurl' && seconds === undefined

/** Why an item cannot do without `seconds`; undefined where it has some or needs none, as a film that plays once. */
export function timeMissingIn({ seconds }: Pick<Item, 'seconds'>, facts: AssetFacts): string | undefined {
  if (seconds !== undefined) return undefined
  if (facts.mediaType.startsWith('image/')) return 'a photo needs a duration'
  return isLiveStream(facts) ? 'a live stream needs a duration' : undefined
}

/** Two for each of the most items there may be. Checking one takes 150 µs, and nothing else happens meanwhile. */
const mostApprovalSignatures = 10_000

/** The payload of a playlist document: the unit that is pushed. */
export const playlist = z
  .strictObject({
    kind: z.literal('playlist'),
    id: name,
    revision,
    issuedAt: instant,
    target,
    title: localizedText.optional(),
    priority: priority.default('normal'),
    weight: z.int().min(1).max(1000).default(1),
    entry: z.enum(['now', 'item-end']).default('item-end'),
    limits: limits.optional(),
    notBeside: notBeside.optional(),
    window: campaignWindow.optional(),
    dayparts: dayparts.optional(),
    items: z.array(item).max(5000),
    assets: z.record(assetName, assetFacts),
    approvals: z.array(jws).max(5000).default([]),
    withdrawn: z.boolean().default(false),
  })
  .superRefine((list, context) => {
    if (list.notBeside?.includes(list.id)) {
      context.addIssue({ code: 'custom', path: ['notBeside'], message: 'a playlist is always beside itself' })
    }
    const signatures = list.approvals.reduce((sum, one) => sum + one.signatures.length, 0)
    if (signatures > mostApprovalSignatures) {
      const message = `${signatures} signatures, expected at most ${mostApprovalSignatures}`
      context.addIssue({ code: 'custom', path: ['approvals'], message })
    }
    const seen = new Set<string>()
    list.items.forEach((one, index) => {
      if (seen.has(one.id)) {
        context.addIssue({
          code: 'custom',
          path: ['items', index, 'id'],
          message: `"${one.id}" is used by an earlier item`,
        })
      }
      seen.add(one.id)
      const facts = list.assets[one.asset]
      const missing = facts && timeMissingIn(one, facts)
      if (!facts) {
        context.addIssue({ code: 'custom', path: ['items', index, 'asset'], message: 'is not described under assets' })
      } else if (missing) {
        context.addIssue({ code: 'custom', path: ['items', index, 'seconds'], message: missing })
      }
    })
  })
export type Playlist = z.infer<typeof playlist>
