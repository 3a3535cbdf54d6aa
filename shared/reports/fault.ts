import type { PlayerEvent } from './event.ts'

/** An event that somebody may have to look at, with those that told the same of the same thing. Instants are RFC 3339. */
export type KeptFault = Omit<PlayerEvent, 'severity'> & {
  readonly severity: 'warning' | 'error'
  readonly firstAt: string
  readonly times: number
}

/** A fault that is to be kept, and what it is about: one of the same code about the same thing takes the place of the former. */
export type NewFault = Pick<KeptFault, 'at' | 'code' | 'severity' | 'message' | 'about'> & { readonly subject: string }

/** What of an event is kept for a technician; undefined: it is no fault. */
export function faultOf({ at, code, severity, message, about }: PlayerEvent): NewFault | undefined {
  if (severity === 'info') return undefined
  return { at, code, severity, message, about, subject: subjectOf(code, message, about) }
}

/** By these names an event says what it is about, whatever else its message says. */
const subjects = ['asset', 'item', 'topic', 'document', 'client', 'what', 'path'] as const
/** One of these at a time is enough, whatever they say. */
const alone: readonly string[] = ['storage-failed', 'plays-dropped', 'disk-full', 'quota-exceeded', 'slate-shown']

function subjectOf(code: string, message: string, about: PlayerEvent['about']): string {
  if (alone.includes(code) || code.startsWith('recovery-')) return ''
  if (code === 'health-changed') return JSON.stringify([about.verdict, about.reasons])
  const named = subjects.map((name) => about[name]).find((value) => typeof value === 'string')
  return String(named ?? message).slice(0, 300)
}
