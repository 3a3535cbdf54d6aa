import {
  type TechnicianAction,
  type TechnicianAnswer,
  type TechnicianReport,
  technicianAnswer,
  technicianReport,
} from '../../shared/technician/report.ts'

/** How long the player may take; beyond that it does not answer. An action is answered when it was done. */
const reportMs = 4000
const actionMs = 30_000

/** The newest report; undefined when the player does not answer, or answers what cannot be read. */
export async function fetchReport(): Promise<TechnicianReport | undefined> {
  try {
    const response = await fetch('/report', { signal: AbortSignal.timeout(reportMs), cache: 'no-store' })
    const read = response.ok ? technicianReport.safeParse(await response.json()) : undefined
    return read?.success ? read.data : undefined
  } catch {
    return undefined // no network, no player, or too late: the page says since when
  }
}

export const signIn = (pin: string): Promise<TechnicianAnswer | undefined> => post('/session', { pin })
export const signOut = (): Promise<TechnicianAnswer | undefined> => post('/session/end', {})
export const act = (action: TechnicianAction): Promise<TechnicianAnswer | undefined> => post('/actions', { action })

/** Undefined: no answer. The header tells the player that its own page asks. */
async function post(path: string, body: object): Promise<TechnicianAnswer | undefined> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Plazacast-Page': '1' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(actionMs),
    })
    const read = technicianAnswer.safeParse(await response.json())
    return read.success ? read.data : undefined
  } catch {
    return undefined // said to who pressed the button
  }
}
