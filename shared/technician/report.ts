import { z } from 'zod'
import { instant } from '../documents/fields.ts'
import { health } from '../health/health.ts'
import { eventSaid } from '../reports/event-sentence.ts'
import type { KeptFault } from '../reports/fault.ts'
import { type State, state } from '../reports/state.ts'
import { bilingual } from '../texts/bilingual.ts'

/** What somebody under the wall may ask the player to do, with the PIN. */
export const technicianActions = ['reload', 'skip', 'identify', 'report-now'] as const
export const technicianAction = z.enum(technicianActions)
export type TechnicianAction = z.infer<typeof technicianAction>

/** How long `identify` leaves the wall's name on it. */
export const identifySeconds = 10

/** Something that went wrong, as often as it did since it was first seen; `detail` is what the player said of it, in English. */
export const technicianFault = z.object({
  at: instant,
  firstAt: instant,
  times: z.int(),
  code: z.string(),
  severity: z.enum(['warning', 'error']),
  title: bilingual,
  sentence: bilingual,
  detail: z.string(),
})
export type TechnicianFault = z.infer<typeof technicianFault>

/** All that the technician's page is drawn from. There is no secret in it: it needs no PIN. */
export const technicianReport = z.object({
  /** By the player's clock. */
  at: instant,
  playerId: z.string(),
  /** From the site document. */
  name: z.string().nullable(),
  place: z.string().nullable(),
  timeZone: z.string(),
  /** Null until the player has looked at itself for the first time. */
  health: health.nullable(),
  /** Null until the screen has been started. */
  state: state.omit({ playerKey: true }).nullable(),
  /** Warnings and errors, also of former runs, the newest first. */
  faults: z.array(technicianFault),
  /** Which of the actions this player knows; none without a PIN in its configuration. */
  actions: z.array(technicianAction),
  /** Whether who asks has given the PIN. */
  signedIn: z.boolean(),
})
export type TechnicianReport = z.infer<typeof technicianReport>

/** Answers to a PIN and to an action. */
export const technicianAnswer = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    /** `wrong-pin`, `locked`, `no-pin`, `not-signed-in`, or a command's own code. */
    code: z.string(),
    message: z.string(),
    /** When the next try is listened to. */
    waitSeconds: z.number().optional(),
  }),
])
export type TechnicianAnswer = z.infer<typeof technicianAnswer>

/** So many faults are told. */
export const toldFaults = 20

/** A fault as whoever stands under the wall may see it: addresses lose what may be a password or a token. */
export function openFault({ code, about, message, at, firstAt, times, severity }: KeptFault): TechnicianFault {
  const open = Object.entries(about).map(([name, value]) => [
    name,
    typeof value === 'string' ? withoutTokens(value) : value,
  ])
  const detail = withoutTokens(message)
  const said = eventSaid(code, Object.fromEntries(open)) ?? unknownCode(code, detail)
  return { at, firstAt, times, code, severity, ...said, detail }
}

/** A later version kept it. */
const unknownCode = (code: string, message: string) => ({
  title: { en: code, zh: code },
  sentence: { en: message, zh: message },
})

/** What may be seen by whoever stands under the wall: addresses lose what may be a password or a token. */
export function openState({ playerKey: _, ...said }: State): NonNullable<TechnicianReport['state']> {
  return {
    ...said,
    playlists: said.playlists.map((one) => ({ ...one, reasons: one.reasons.map(withoutTokens) })),
    refused: said.refused.map((one) => ({ ...one, message: withoutTokens(one.message) })),
    ...(said.downloads && {
      downloads: said.downloads.map((one) =>
        one.reason === undefined ? one : { ...one, reason: withoutTokens(one.reason) },
      ),
    }),
  }
}

/** `https://user:password@host/path?token=…` becomes `https://host/path`. */
export const withoutTokens = (text: string): string =>
  text.replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/@]*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi, '$1$2')
