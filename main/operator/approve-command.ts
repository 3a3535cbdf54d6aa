import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { approvalPayload, type LocalAsset } from '../../shared/operator/playlist-payload.ts'
import { countText, sizeText } from '../../shared/operator/sizes.ts'
import { type Command, command, severalOption } from '../adapters/command-line.ts'
import { approvedAsset, readApprovals, writeApprovals } from './approving.ts'
import { runCommand, talk } from './console.ts'
import { privateKey, privateKeyFor } from './keys.ts'
import { probeFile } from './probe.ts'
import { localAsset } from './publish-assets.ts'
import { readKeysFolder, type SettingsOptions } from './settings.ts'
import { signDocument, thumbprintOf } from './signing.ts'

type ApproveOptions = Pick<SettingsOptions, 'keys' | 'operator'> & {
  readonly key?: string
  readonly output: string
  readonly from?: string
  readonly until?: string
  readonly target?: readonly string[]
  readonly json?: boolean
}

/** `plazacast approve`: an approver's signature under films and photos. */
export function approveCommand(): Command {
  return command(
    'approve',
    'signs that these films and photos may be shown; publish takes the result with --approvals',
    'plazacast approve films/*.mp4 --key approver-lin --output approvals.json\nplazacast publish playlist.yaml --approvals approvals.json',
  )
    .argument('<files...>', 'films and photos, which you have looked at')
    .option('--key <name>', 'name of the approver key in the folder, such as approver-lin')
    .option('--output <file>', 'where to put the approvals; those in it stay', 'approvals.json')
    .option('--from <instant>', 'approved only from then on (2026-11-30T08:00:00Z)')
    .option('--until <instant>', 'approved only until then')
    .option('--target <target>', 'approved only there: players/ID or groups/NAME (several times)', severalOption)
    .option('--keys <dir>', 'folder with the signing keys (PLAZACAST_KEYS)')
    .option('--operator <file>', 'operator.json that names the folder (PLAZACAST_OPERATOR)')
    .option('--json', 'one line of JSON for each file')
    .action((files: string[], options: ApproveOptions) =>
      runCommand(options.json ?? false, () => approve(files, options)),
    )
}

async function approve(files: readonly string[], options: ApproveOptions): Promise<number> {
  const { say, emit } = talk(options.json ?? false)
  const folder = await readKeysFolder(options)
  const key = await (options.key ? privateKey(folder, options.key) : privateKeyFor(folder, 'approver'))
  const kid = await thumbprintOf(key)
  const assets = await allAssets(files)
  const isThere = (await stat(options.output).catch(() => undefined)) !== undefined
  const before = isThere ? await readApprovals(options.output) : []
  const now = new Date().toISOString()
  const limits = {
    ...(options.from !== undefined && { from: instant('--from', options.from) }),
    ...(options.until !== undefined && { until: instant('--until', options.until) }),
    ...(options.target !== undefined && { targets: [...options.target] }),
  }
  const made = await Promise.all(
    assets.map((asset) => signDocument('approval', { ...approvalPayload(asset, now), ...limits }, [key])),
  )
  for (const { name, path, facts } of assets) {
    say(`${path}  ${facts.mediaType}, ${facts.width}×${facts.height}, ${sizeText(facts.bytes)}  ${name}`)
    emit({ event: 'approval', path, asset: name, ...facts, kid })
  }
  if (made.some((one) => approvedAsset(one) === undefined)) {
    throw new OperatorError('Nothing was approved: --target is players/ID or groups/NAME.', 2)
  }
  await writeApprovals(options.output, [...before, ...made])
  say(`${countText(made.length, 'approval')} by ${kid} in ${options.output}.`)
  return 0
}

/** All files or none: an approver hears of every one that cannot be shown. */
async function allAssets(files: readonly string[]): Promise<LocalAsset[]> {
  const assets: LocalAsset[] = []
  const wrong: string[] = []
  for (const file of files) {
    const path = resolve(file)
    const found = await stat(path).catch(() => undefined)
    const shown = found?.isFile() ? await probeFile(path, file) : undefined
    if (!found || !shown) wrong.push(`${file} is not there.`)
    else if (!shown.ok) wrong.push(`${file} ${shown.message}`)
    else assets.push(await localAsset({ path, bytes: found.size, shown }))
  }
  if (wrong.length > 0) throw new OperatorError(wrong.join('\n'), 2)
  return assets
}

function instant(option: string, text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new OperatorError(`${option} ${text}: expected an instant such as 2026-11-30T08:00:00Z.`, 2)
  return at.toISOString()
}
