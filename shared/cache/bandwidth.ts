import type { Daypart } from '../documents/fields.ts'
import { livenessAt, nextChangeAfter } from '../schedule/live.ts'

/** A site's limit on all downloads together, by its local time. */
export type BandwidthLimit = Daypart & { readonly bytesPerSecond: number }

/** What holds at an instant: the lowest limit that applies, null for none, and when that changes (ms since 1970; null: never). */
export type Bandwidth = { readonly bytesPerSecond: number | null; readonly untilMs: number | null }

/** Limits follow the wall clock like dayparts: one that crosses midnight belongs to the day it began on. */
export function bandwidthAt(limits: readonly BandwidthLimit[], atMs: number, timeZone: string): Bandwidth {
  const asSchedules = limits.map((limit) => ({ limit, schedule: { dayparts: [limit] } }))
  const now = asSchedules.filter(({ schedule }) => livenessAt(schedule, atMs, timeZone) === 'live')
  const changes = asSchedules.flatMap(({ schedule }) => nextChangeAfter(schedule, atMs, timeZone) ?? [])
  return {
    bytesPerSecond: now.length === 0 ? null : Math.min(...now.map(({ limit }) => limit.bytesPerSecond)),
    untilMs: changes.length === 0 ? null : Math.min(...changes),
  }
}

/**
 * A token bucket that all transfers draw from. `tokens` are bytes; below zero they are owed: what came is paid for
 * afterwards, by waiting. `atMs` is monotonic.
 */
export type Bucket = { readonly bytesPerSecond: number; readonly tokens: number; readonly atMs: number }

/** What may come at once after a pause: little, so that a limit is kept by the tenth of a second and not in bursts. */
const burstSeconds = 0.1

export const fullBucket = (bytesPerSecond: number, atMs: number): Bucket => ({
  bytesPerSecond,
  tokens: bytesPerSecond * burstSeconds,
  atMs,
})

/** The bucket as it is at a later instant. */
export function filled(bucket: Bucket, atMs: number): Bucket {
  const { bytesPerSecond } = bucket
  const gained = (bytesPerSecond * Math.max(0, atMs - bucket.atMs)) / 1000
  return { bytesPerSecond, tokens: Math.min(bytesPerSecond * burstSeconds, bucket.tokens + gained), atMs }
}

/** Another limit holds from now on. What is owed is paid at the new pace, so that a night's full speed is there at once. */
export const withLimit = (bucket: Bucket, bytesPerSecond: number, atMs: number): Bucket => ({
  ...filled(bucket, atMs),
  bytesPerSecond,
})

export const spent = (bucket: Bucket, bytes: number): Bucket => ({ ...bucket, tokens: bucket.tokens - bytes })

/** How long until something may pass, in ms; 0: now. */
export const waitMs = ({ bytesPerSecond, tokens }: Bucket): number =>
  tokens > 0 ? 0 : Math.ceil((-tokens * 1000) / bytesPerSecond) + 1
