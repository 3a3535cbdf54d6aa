import type { Trust } from '../../shared/documents/trust.ts'
import { answerText } from '../../shared/operator/answer.ts'
import { trustChanges } from '../../shared/operator/trust-changes.ts'
import { editedTrust, type TrustEdit } from '../../shared/operator/trust-edit.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { confirmed } from './confirm.ts'
import { talk } from './console.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { allHaveIt, awaitAnswers } from './push.ts'
import { readSettings, type Settings, type SettingsOptions, settingsLine } from './settings.ts'
import { kidOf, knownTrust, pushTrustEdits } from './trust.ts'

export type TrustOptions = SettingsOptions & {
  readonly revision?: number
  readonly timeout: number
  readonly yes?: boolean
  readonly json?: boolean
}

/** Runs with a connection on which the trust document has come, if there is one. */
export async function withTrust<T>(
  options: TrustOptions,
  run: (link: FleetLink, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = await readSettings(options)
  talk(options.json ?? false).say(settingsLine(settings))
  const link = await openFleetLink(settings, [topicOfDocument(settings.topicPrefix, 'trust', 'fleet', 'trust')])
  try {
    return await run(link, settings)
  } finally {
    await link.close()
  }
}

/**
 * Says what would change, asks, signs, pushes, and tells what the players answer. `always`: pushed also if nothing changes,
 * as somebody does who wants the broker to have it again.
 */
export function changeTrust(
  options: TrustOptions,
  signal: AbortSignal,
  editsOf: (before: Trust | undefined, settings: Settings) => Promise<readonly TrustEdit[]>,
  always = false,
): Promise<number> {
  const { say, emit } = talk(options.json ?? false)
  return withTrust(options, async (link, settings) => {
    const before = await knownTrust(link, settings.keys).catch((error: Error) => {
      if (!always) throw error
      say(`Warning: ${error.message} What is pushed now is made from the keys of this folder alone.`)
      return undefined
    })
    const edits = await editsOf(before, settings)
    const draft = editedTrust(
      before,
      edits,
      { revision: (before?.revision ?? 0) + 1, issuedAt: new Date().toISOString() },
      kidOf,
    )
    const changes = trustChanges(before, draft, kidOf)
    for (const change of changes) {
      emit({ event: 'change', message: change })
      say(change)
    }
    if (changes.length === 0) {
      say('Nothing changes.')
      if (!always) return 0
    }
    if (
      !(await confirmed('Sign and push this?', { yes: options.yes || changes.length === 0, scriptsMay: true }, signal))
    ) {
      say('Nothing was pushed.')
      return 1
    }
    const pushed = await pushTrustEdits(link, settings.keys, edits, before, options.revision)
    emit({ event: 'pushed', id: 'trust', revision: pushed.revision, topic: pushed.topic })
    say(`Pushed trust, revision ${pushed.revision}.`)
    const answers = await awaitAnswers(link, pushed, {
      timeoutMs: options.timeout * 1000,
      signal,
      onAnswer: (player, answer) => {
        emit({ event: 'answer', player, ...answer })
        say(`${player}: ${answerText(answer)}`)
      },
    })
    // A fleet without players yet is an ordinary beginning.
    return answers.size === 0 || allHaveIt(answers) ? 0 : 1
  })
}
