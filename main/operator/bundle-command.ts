import { countText, sizeText } from '../../shared/operator/sizes.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { readAllApprovals } from './approving.ts'
import { bundle } from './bundle.ts'
import { runCommand } from './console.ts'
import { tellMistakes } from './publish-result.ts'
import { publishView } from './publish-view.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'

type BundleOptions = SettingsOptions & {
  readonly output: string
  readonly target?: string
  readonly approvals?: readonly string[]
  readonly revision?: number
  readonly json?: boolean
}

/** `plazacast bundle`: a playlist for walls without a network, on a stick. */
export function bundleCommand(): Command {
  const one = command(
    'bundle',
    'writes a signed playlist, its files, and what players need to believe them, into a folder for a stick',
    'plazacast bundle playlist.yaml -o /media/stick\nplazacast bundle playlist.yaml -o /media/stick --target players/wall-7 --approvals approvals.json',
  )
    .argument('<playlist>', 'the playlist, a YAML file')
    .requiredOption('-o, --output <dir>', 'the stick: the folder plazacast-bundle is written there')
    .option('--target <target>', 'groups/NAME or players/ID; goes before the one in the file (PLAZACAST_TARGET)')
    .option('--approvals <file>', 'approvals made with: plazacast approve (several times)', severalOption)
    .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((file: string, options: BundleOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const view = publishView(options.json ?? false)
      try {
        const settings = await readSettings(options)
        view.say(settingsLine(settings))
        const { output, target, revision } = options
        const approvals = await readAllApprovals(options.approvals ?? [])
        const done = await bundle({ settings, file, output, target, revision, approvals, signal, report: view.report })
        if (done.kind === 'mistakes') return tellMistakes(done, view)
        if (options.json) process.stdout.write(`${JSON.stringify({ event: 'bundled', ...done })}\n`)
        for (const one of done.documents) view.say(`  ${one}`)
        view.say(
          `${countText(done.documents.length, 'document')} and ${countText(done.files, 'file')} (${sizeText(done.totalBytes)}) for ${done.target}, revision ${done.revision}, in ${done.folder}.`,
        )
        return 0
      } finally {
        view.end()
      }
    }),
  )
}
