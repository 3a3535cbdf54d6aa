import { z } from 'zod'
import { instant } from '../documents/fields.ts'

/** Every code a player reports, with its severity; codes are stable. */
export const eventCodes = {
  'player-started': 'info',
  'document-accepted': 'info',
  'document-refused': 'warning',
  'command-done': 'info',
  'command-refused': 'warning',
  'pointer-failed': 'warning',
  'seal-disagrees': 'error',
  'seal-unwritable': 'warning',
  'topic-poisoned': 'error',
  'asset-cached': 'info',
  'asset-download-failed': 'warning',
  'asset-hash-mismatch': 'error',
  'asset-damaged': 'error',
  'neighbour-lied': 'error',
  'neighbours-failed': 'warning',
  'hls-unplayable': 'error',
  'stream-failed': 'warning',
  'stream-back': 'info',
  'item-nudged': 'warning',
  'item-rebuilt': 'warning',
  'item-failed': 'error',
  'item-stalled': 'error',
  'item-quarantined': 'warning',
  'stage-gone': 'error',
  'stage-back': 'info',
  'stage-renewed': 'info',
  'recovery-page': 'warning',
  'recovery-browser': 'warning',
  'recovery-fresh-browser': 'error',
  'recovery-safe-mode': 'error',
  'recovery-process': 'error',
  'recovery-calm': 'info',
  'slate-shown': 'warning',
  'fallback-shown': 'warning',
  'wall-dark': 'info',
  'wall-lit': 'info',
  'usb-found': 'info',
  'usb-progress': 'info',
  'usb-done': 'info',
  'usb-refused': 'warning',
  'client-id-taken': 'error',
  'disk-full': 'error',
  'quota-exceeded': 'warning',
  'space-back': 'info',
  'storage-failed': 'error',
  'database-damaged': 'error',
  'plays-dropped': 'warning',
  'plays-ack-refused': 'warning',
  'configuration-wrong': 'error',
  'health-changed': 'warning',
  'technician-signed-in': 'info',
  'technician-locked-out': 'warning',
  'technician-acted': 'info',
} as const satisfies Record<string, 'info' | 'warning' | 'error'>
export type EventCode = keyof typeof eventCodes

/** A fault or notice. Readers tolerate codes they do not know: a newer player may send them. */
export const event = z.object({
  at: instant,
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  about: z.record(z.string(), z.unknown()),
})
export type PlayerEvent = z.infer<typeof event>

/** An event of a known code, with the severity that belongs to it. `at` is an RFC 3339 instant. */
export const eventOf = (
  code: EventCode,
  at: string,
  message: string,
  about: Record<string, unknown> = {},
): PlayerEvent => ({
  at,
  code,
  severity: isGoodNews(code, about) ? 'info' : eventCodes[code],
  message,
  about,
})

/** A wall that is well again is nothing to warn of. */
const isGoodNews = (code: EventCode, about: Record<string, unknown>): boolean =>
  code === 'health-changed' && about.verdict === 'ok'
