import { answerText } from '../../shared/operator/answer.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { openFleetLink } from './fleet-link.ts'
import { allHaveIt, awaitAnswers } from './push.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { pushTrust, type TrustChoices } from './trust.ts'

type TrustOptions = SettingsOptions &
  TrustChoices & { readonly revision?: number; readonly timeout: number; readonly json?: boolean }

/** `plazacast trust`: tells the fleet whose signatures count. */
export function trustCommand(): Command {
  const one = command(
    'trust',
    'signs with the root key which keys count, and for what, and pushes it to the fleet',
    'plazacast trust --keys ./keys --broker mqtt://broker.example\nplazacast trust --needed 2            # two approvals for each film and photo\nplazacast trust --revoke THUMBPRINT   # this key counts no longer, ever',
  )
    .option('--needed <number>', 'how many approvals a film or photo needs', numberOption(1, true))
    .option('--separation <rule>', 'strict: a publisher does not approve what it publishes; none: it may')
    .option('--revoke <thumbprint>', 'a key that counts no longer (several times)', severalOption)
    .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
    .option('--timeout <seconds>', 'how long to wait for the players', numberOption(0), 10)
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((options: TrustOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const { say, emit } = talk(options.json ?? false)
      const settings = await readSettings(options)
      say(settingsLine(settings))
      const link = await openFleetLink(settings, [topicOfDocument(settings.topicPrefix, 'trust', 'fleet', 'trust')])
      try {
        const pushed = await pushTrust(link, settings.keys, options, options.revision)
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
      } finally {
        await link.close()
      }
    }),
  )
}
