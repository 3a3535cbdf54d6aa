import type { TechnicianAction, TechnicianAnswer, TechnicianReport } from '../../shared/technician/report.ts'

/** A small picture of what the audience sees. */
export type WallPicture = { readonly bytes: Uint8Array; readonly mediaType: string }

/** What came of a PIN; `token` is the session that it opened. */
export type SignIn = TechnicianAnswer & { readonly token?: string }

/** What the technician's page asks the player. `client` is the address that asks. */
export type TechnicianDesk = {
  report(isSignedIn: boolean): TechnicianReport
  /** Undefined: no picture can be had now. */
  picture(): Promise<WallPicture | undefined>
  /** Undefined: metrics are not to be had here, or there are none yet. */
  metrics(): string | undefined
  signIn(client: string, pin: string): SignIn
  isSignedIn(client: string, token: string | undefined): boolean
  /** The session was used, and lives on for a while. */
  used(token: string | undefined): void
  signOut(token: string | undefined): void
  /** Carries out what a signed-in technician asked for. */
  act(action: TechnicianAction, client: string): Promise<TechnicianAnswer>
}
