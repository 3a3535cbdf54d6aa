import { z } from 'zod'

/** The fields that several documents share. Bounds keep a hostile document from costing more than a refusal. */
export const playerId = z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected 1 to 64 of a-z, 0-9 and -')
export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected 1 to 64 letters, digits, . _ or -')
export const target = z.union(
  [z.literal('fleet'), z.string().regex(/^(players\/[a-z0-9-]{1,64}|groups\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/)],
  'expected fleet, players/<id> or groups/<name>',
)
export const revision = z.int().min(1)

/** An instant as RFC 3339 in UTC or with an offset. */
export const instant = z.iso.datetime({ offset: true })

/** A local calendar date, `2026-11-30`. */
export const localDate = z.iso.date()

/** A wall-clock time, `HH:MM`, up to and including `24:00`. */
export const wallClockTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected HH:MM, 00:00 to 24:00')

/** Texts by BCP 47 language tag. */
export const localizedText = z.record(
  z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language tag such as en or zh-Hans'),
  z.string().max(2000),
)
export type LocalizedText = z.infer<typeof localizedText>

/** An address of the web: http or https only. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .max(4096)
  .refine((address) => !/^[a-z]+:\/\/[^/]*@/i.test(address), 'an address may not carry a user name or password')

/** Local dates, both inclusive; either may be absent. */
export const campaignWindow = z
  .strictObject({ from: localDate.optional(), until: localDate.optional() })
  .refine((window) => !(window.from && window.until) || window.from <= window.until, {
    path: ['until'],
    message: 'expected a date not before from',
  })
export type CampaignWindow = z.infer<typeof campaignWindow>

/** Hours of the week in the site's time zone; `from` after `until` crosses midnight and belongs to the day it began on. */
export const daypart = z
  .strictObject({
    days: z.array(z.int().min(0).max(6)).min(1).max(7).optional(),
    from: wallClockTime.default('00:00'),
    until: wallClockTime.default('24:00'),
  })
  .refine((part) => part.from !== part.until, { path: ['until'], message: 'expected a time other than from' })
  .refine((part) => part.from !== '24:00', { path: ['from'], message: 'expected a time before 24:00' })
export type Daypart = z.infer<typeof daypart>
export const dayparts = z.array(daypart).max(64)
