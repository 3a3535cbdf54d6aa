import { answerText } from '../../shared/operator/answer.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { openFleetLink } from './fleet-link.ts'
import { allHaveIt, awaitAnswers } from './push.ts'
import { readSiteFile } from './read-site.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { pushSite, type SiteChoices } from './site.ts'

type SiteOptions = SettingsOptions &
  Omit<SiteChoices, 'groups' | 'file'> & {
    readonly file?: string
    readonly group?: readonly string[]
    readonly revision?: number
    readonly timeout: number
    readonly json?: boolean
  }

/** `plazacast site`: says what a player is: its name, place, time zone and groups. */
export function siteCommand(): Command {
  const one = command(
    'site',
    'tells a player its name, place, time zone and groups; what is left out stays as it was',
    'plazacast site wall-1 --name "Jiefangbei north" --place "Jiefangbei, Chongqing" \\\n  --latitude 29.557 --longitude 106.577 --time-zone Asia/Shanghai --group chongqing-jiefangbei\nplazacast site wall-1 --file wall-1.yaml\n\nA site:\n  hours:\n    weekly:\n      - { days: [mon, tue, wed, thu, fri], from: "07:00", until: "22:30" }\n      - { days: [sat, sun], from: "09:00", until: "01:00" }   # past midnight\n    exceptions:\n      - { date: 2026-12-13, open: [] }                        # closed all day\n  cache:\n    quotaBytes: 20000000000\n    bandwidth: [{ from: "07:00", until: "23:00", bytesPerSecond: 250000 }]',
  )
    .argument('<player>', 'id of the player')
    .option('--file <site.yaml>', 'what the options do not say: opening hours, cache, sync group and the rest')
    .option('--name <text>', 'what people call the wall')
    .option('--place <text>', 'where it is')
    .option('--latitude <degrees>', 'north is positive', numberOption(-90))
    .option('--longitude <degrees>', 'east is positive', numberOption(-180))
    .option('--time-zone <zone>', 'IANA name, such as Asia/Shanghai')
    .option('--group <name>', 'a group it belongs to (several times; replaces those it had)', severalOption)
    .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
    .option('--timeout <seconds>', 'how long to wait for the player', numberOption(0), 10)
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((player: string, options: SiteOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const { say, emit } = talk(options.json ?? false)
      const file = options.file === undefined ? undefined : await readSiteFile(options.file)
      const settings = await readSettings(options)
      say(settingsLine(settings))
      const topics = [
        topicOfDocument(settings.topicPrefix, 'trust', 'fleet', 'trust'),
        topicOfDocument(settings.topicPrefix, 'site', `players/${player}`, player),
      ]
      const link = await openFleetLink(settings, topics)
      try {
        const pushed = await pushSite(
          link,
          settings.keys,
          player,
          { ...options, groups: options.group, file },
          options.revision,
        )
        emit({ event: 'pushed', id: player, revision: pushed.revision, topic: pushed.topic })
        say(`Pushed the site of ${player}, revision ${pushed.revision}.`)
        const answers = await awaitAnswers(link, pushed, {
          timeoutMs: options.timeout * 1000,
          signal,
          onAnswer: (id, answer) => {
            emit({ event: 'answer', player: id, ...answer })
            say(`${id}: ${answerText(answer)}`)
          },
        })
        // A wall that is set up before its player is switched on is an ordinary beginning.
        const never = [...answers.values()].every((answer) => answer.kind === 'offline' && !answer.known)
        return never || allHaveIt(answers) ? 0 : 1
      } finally {
        await link.close()
      }
    }),
  )
}
