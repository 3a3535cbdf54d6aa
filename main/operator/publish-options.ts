import { readAllApprovals } from './approving.ts'
import type { PublishRequest } from './publication.ts'
import type { PublishView } from './publish-view.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'

/** The options of every command that gives players files. */
export type SharedOptions = SettingsOptions & {
  readonly serve?: string
  readonly assetsUrl?: string
  readonly keepServing?: boolean
  /** Paths of files with approvals. */
  readonly approvals?: readonly string[]
  readonly revision?: number
  /** Seconds. */
  readonly timeout: number
  readonly json?: boolean
}

/** What these options ask for; says which settings are used. */
export async function sharedRequest(
  options: SharedOptions,
  signal: AbortSignal,
  view: PublishView,
): Promise<Omit<PublishRequest, 'file' | 'target' | 'inline' | 'approvedUntil'>> {
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const { serve, assetsUrl, revision, timeout } = options
  const approvals = await readAllApprovals(options.approvals ?? [])
  return { settings, serve, assetsUrl, approvals, revision, timeoutMs: timeout * 1000, signal, report: view.report }
}
