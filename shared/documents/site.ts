import { z } from 'zod'
import { daypart, dayparts, instant, localDate, name, playerId, revision, wallClockTime } from './fields.ts'
import { jws } from './jws.ts'
import { assetFacts, item, timeMissingIn } from './playlist.ts'

const timeZone = z.string().max(64).refine(isTimeZone, 'expected an IANA time zone such as Asia/Shanghai')

const bandwidthLimit = z.strictObject({ ...daypart.shape, bytesPerSecond: z.int().min(1024) })

/** A stretch of one day; `until` before `from` crosses midnight. */
const openPart = z
  .strictObject({ from: wallClockTime.default('00:00'), until: wallClockTime.default('24:00') })
  .refine((part) => part.from !== part.until, { path: ['until'], message: 'expected a time other than from' })
  .refine((part) => part.from !== '24:00', { path: ['from'], message: 'expected a time before 24:00' })

/** When the wall is on; outside these hours its output is black. */
const hours = z
  .strictObject({
    weekly: dayparts,
    /** Days with hours of their own; an empty list: closed all day. */
    exceptions: z
      .array(z.strictObject({ date: localDate, open: z.array(openPart).max(16) }))
      .max(1000)
      .default([]),
    /** Whether an emergency message lights a wall that is closed. */
    emergency: z.enum(['show', 'dark']).default('show'),
  })
  .superRefine(({ exceptions }, context) => {
    const dates = exceptions.map(({ date }) => date)
    const again = dates.findIndex((date, index) => dates.indexOf(date) !== index)
    if (again < 0) return
    const message = `${dates[again]} is there twice`
    context.addIssue({ code: 'custom', path: ['exceptions', again, 'date'], message })
  })
export type Hours = z.infer<typeof hours>

/**
 * What the wall shows when nothing else may be shown: one after the other, over and over. Each brings its own facts and
 * approvals, and is shown by the rules for any item: enough valid approvals, not taken down, whole on disk.
 */
const fallbackItem = item
  .pick({ id: true, asset: true, seconds: true, fit: true, transition: true, audio: true })
  .extend({ facts: assetFacts, approvals: z.array(jws).max(16).default([]) })
/** Checking one takes 150 µs, and nothing else happens meanwhile. */
const mostFallbackSignatures = 1_000
const fallback = z
  .array(fallbackItem)
  .max(64)
  .default([])
  .superRefine((items, context) => {
    const signatures = items.flatMap(({ approvals }) => approvals.flatMap((one) => one.signatures)).length
    if (signatures > mostFallbackSignatures) {
      const message = `${signatures} signatures of approvers, expected at most ${mostFallbackSignatures}`
      context.addIssue({ code: 'custom', path: [], message })
    }
    items.forEach((one, index) => {
      const missing = timeMissingIn(one, one.facts)
      if (missing) context.addIssue({ code: 'custom', path: [index, 'seconds'], message: missing })
      if (items.findIndex(({ id }) => id === one.id) === index) return
      context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${one.id}" is used by an earlier item` })
    })
  })

/** The payload of a site document: everything that belongs to one wall. Signed by an operator key. */
export const site = z
  .strictObject({
    kind: z.literal('site'),
    id: playerId,
    revision,
    issuedAt: instant,
    target: z.string(),
    name: z.string().max(200).optional(),
    place: z
      .strictObject({
        label: z.string().max(200).optional(),
        latitude: z.number().min(-90).max(90).optional(),
        longitude: z.number().min(-180).max(180).optional(),
      })
      .optional(),
    timeZone: timeZone.optional(),
    groups: z.array(name).max(64).default([]),
    output: z.record(z.string(), z.unknown()).optional(),
    brightness: z.record(z.string(), z.unknown()).optional(),
    hours: hours.optional(),
    rules: z.record(z.string(), z.unknown()).optional(),
    sync: z.strictObject({ group: name }).optional(),
    fallback,
    cache: z
      .strictObject({
        /** What the cached assets may take together; without it, all but a reserve. */
        quotaBytes: z.int().min(1).optional(),
        /** How fast downloads may be together, by the site's local time; the lowest that applies counts, none: no limit. */
        bandwidth: z.array(bandwidthLimit).max(64).optional(),
        /** Whether assets may come from, and go to, players on the same network. */
        neighbours: z.boolean().optional(),
      })
      .optional(),
  })
  .refine((document) => document.target === `players/${document.id}`, {
    path: ['target'],
    message: 'expected players/ and the id of this document',
  })
export type Site = z.infer<typeof site>

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // RangeError is how Intl says that it does not know the zone
  }
}
