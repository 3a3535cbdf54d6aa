import { mergedApprovals, signerNamedBy, statementOf } from '../../shared/operator/approval-merge.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { tableLines } from '../../shared/operator/text-table.ts'
import { type Command, command } from '../adapters/command-line.ts'
import { readAllApprovals, readApprovals, writeApprovals } from './approving.ts'
import { runCommand, talk } from './console.ts'

/** `plazacast approvals`: files of approvals, put together or looked into. */
export function approvalsCommand(): Command {
  const one = command(
    'approvals',
    'puts files of approvals together, or shows what is in one',
    'plazacast approvals merge lin.json wu.json -o approvals.json\nplazacast approvals show approvals.json',
  )
  one.addCommand(
    command(
      'merge',
      'puts the signatures under the same statements together',
      'plazacast approvals merge lin.json wu.json -o approvals.json',
    )
      .argument('<files...>', 'files that plazacast approve wrote')
      .requiredOption('-o, --output <file>', 'where to put the result')
      .option('--json', 'one line of JSON')
      .action((files: string[], { output, json = false }: { output: string; json?: boolean }) =>
        runCommand(json, async () => {
          const merged = await readAllApprovals(files)
          await writeApprovals(output, merged)
          talk(json).emit({ event: 'merged', statements: merged.length, output })
          talk(json).say(`${countText(merged.length, 'statement')} in ${output}.`)
          return 0
        }),
      ),
  )
  one.addCommand(
    command(
      'show',
      'shows what was approved, and by which keys; checks no signature',
      'plazacast approvals show approvals.json',
    )
      .argument('<file>', 'a file that plazacast approve wrote')
      .option('--json', 'one line of JSON for each statement')
      .action((file: string, { json = false }: { json?: boolean }) =>
        runCommand(json, async () => {
          const { say, emit } = talk(json)
          const rows = mergedApprovals(await readApprovals(file)).map((signed) => {
            const said = statementOf(signed)
            const kids = signed.signatures.flatMap((signature) => signerNamedBy(signature.protected) ?? [])
            emit({ event: 'statement', ...said, kids })
            const scope = [
              said?.targets?.join(', '),
              said?.from && `from ${said.from}`,
              said?.until && `until ${said.until}`,
              said?.words && `with words ${said.words.slice(0, 16)}…`,
            ]
            return [said?.asset ?? 'unreadable', said?.mediaType ?? '', scope.filter(Boolean).join(' '), kids.join(' ')]
          })
          for (const line of tableLines([['ASSET', 'IS', 'WHERE AND WHEN', 'SIGNED BY'], ...rows], 400)) say(line)
          return 0
        }),
      ),
  )
  return one
}
