import { afterRightPin, afterWrongPin, freshGuard, pinWaitMs } from '../../shared/technician/pin-guard.ts'
import type { Clock } from './ports.ts'
import type { SignIn } from './technician-ports.ts'

export type TechnicianAccessOptions = {
  readonly clock: Clock
  /** Compares in a time that does not depend on what was given; undefined: there is no PIN, and nobody gets in. */
  readonly isPin: ((given: string) => boolean) | undefined
  /** A new secret of at least 128 bits. */
  readonly newToken: () => string
  /** For the record: who got in, and whom nobody listens to for a while. */
  readonly report: (what: 'signed-in' | 'locked', client: string, waitSeconds: number) => void
}

export type TechnicianAccess = {
  signIn(client: string, pin: string): SignIn
  isSignedIn(client: string, token: string | undefined): boolean
  /** The session was used: it lives on for a while. The page's own polling is no use. */
  used(token: string | undefined): void
  signOut(token: string | undefined): void
}

type Session = { readonly client: string; readonly beganMs: number; readonly usedMs: number }

const idleMs = 10 * 60_000
const longestMs = 2 * 60 * 60_000
const mostSessions = 16

/**
 * Who may change something. A session belongs to the address that gave the PIN, ends when it is left alone, and ends at once
 * when its address guesses wrongly until it is locked out. Nothing is kept: after a restart nobody is signed in.
 */
export function createTechnicianAccess({ clock, isPin, newToken, report }: TechnicianAccessOptions): TechnicianAccess {
  let guard = freshGuard
  const sessions = new Map<string, Session>()

  const waitSeconds = (client: string) => Math.ceil(pinWaitMs(guard, client, clock.monotonicMs()) / 1000)
  function refused(client: string): SignIn {
    const wait = waitSeconds(client)
    return wait > 0
      ? { ok: false, code: 'locked', message: `too many wrong PINs: wait ${wait} s`, waitSeconds: wait }
      : { ok: false, code: 'wrong-pin', message: 'this PIN is wrong' }
  }
  function wrong(client: string): SignIn {
    guard = afterWrongPin(guard, client, clock.monotonicMs())
    const wait = waitSeconds(client)
    if (wait > 0) {
      for (const [token, session] of sessions) if (session.client === client) sessions.delete(token)
      report('locked', client, wait)
    }
    return refused(client)
  }
  function isOver({ beganMs, usedMs }: Session): boolean {
    const nowMs = clock.monotonicMs()
    return nowMs - usedMs >= idleMs || nowMs - beganMs >= longestMs
  }

  return {
    signIn(client, pin) {
      if (!isPin) return { ok: false, code: 'no-pin', message: 'no PIN is configured' }
      if (waitSeconds(client) > 0) return refused(client)
      if (!isPin(pin)) return wrong(client)
      guard = afterRightPin(guard, client)
      for (const [token, session] of sessions) if (isOver(session)) sessions.delete(token)
      const [oldest] = sessions.keys()
      if (oldest !== undefined && sessions.size >= mostSessions) sessions.delete(oldest)
      const token = newToken()
      const nowMs = clock.monotonicMs()
      sessions.set(token, { client, beganMs: nowMs, usedMs: nowMs })
      report('signed-in', client, 0)
      return { ok: true, token }
    },
    isSignedIn(client, token) {
      const session = token === undefined ? undefined : sessions.get(token)
      return session?.client === client && !isOver(session)
    },
    used(token) {
      const session = token === undefined ? undefined : sessions.get(token)
      if (token !== undefined && session) sessions.set(token, { ...session, usedMs: clock.monotonicMs() })
    },
    signOut: (token) => void (token !== undefined && sessions.delete(token)),
  }
}
