import { type FromScreen, fromScreen } from '../../shared/screen/wire.ts'
import type { HostListener } from './host.ts'

/** Reads what a page sent, JSON text, and hands it on; what is not of the wire is reported and goes no further. `drew` hears of beats. */
export function receiveFromScreen(text: unknown, listener: HostListener, drew: () => void): void {
  const parsed = fromScreen.safeParse(fromJson(text))
  if (parsed.success && parsed.data.kind === 'beat') drew()
  if (parsed.success) listener.message(parsed.data satisfies FromScreen)
  else listener.garbled?.(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
}

function fromJson(text: unknown): unknown {
  try {
    return typeof text === 'string' && text.length <= longestText ? JSON.parse(text) : undefined
  } catch {
    // Not JSON: undefined is no message either.
    return undefined
  }
}

/** A page says little; what is longer is not from the page that belongs here. */
const longestText = 1_000_000
