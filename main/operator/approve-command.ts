import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Approval } from '../../shared/documents/approval.ts'
import { webAddress } from '../../shared/documents/fields.ts'
import type { Jws } from '../../shared/documents/jws.ts'
import {
  type ApprovalLimits,
  mergedApprovals,
  saysTheSame,
  signerNamedBy,
  statementOf,
} from '../../shared/operator/approval-merge.ts'
import { mistakeLine } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { playlistTarget } from '../../shared/operator/playlist-file.ts'
import { isLiveStream, type LocalAsset, playlistItems } from '../../shared/operator/playlist-payload.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { tableLines } from '../../shared/operator/text-table.ts'
import { type Wanted, wantedWithWords } from '../../shared/operator/wanted-approvals.ts'
import { bytesOf } from '../../shared/trust/base64url.ts'
import { type Command, command, severalOption } from '../adapters/command-line.ts'
import { readAllApprovals, readApprovals, statementAbout, writeApprovals } from './approving.ts'
import { confirmed } from './confirm.ts'
import { runCommand, talk } from './console.ts'
import { type ContactSheet, drawContactSheets, factsText } from './contact-sheet.ts'
import { streamAsset } from './hls-assets.ts'
import { instantOf } from './instants.ts'
import { privateKey, privateKeyFor } from './keys.ts'
import { localAsset } from './publish-assets.ts'
import { lookAtFile, readPlaylistFile } from './read-playlist.ts'
import { readKeysFolder, type SettingsOptions } from './settings.ts'
import { type PrivateJwk, signBytes, signDocument, thumbprintOf } from './signing.ts'

type ApproveOptions = Pick<SettingsOptions, 'keys' | 'operator'> & {
  readonly key?: string
  readonly playlist?: string
  readonly output: string
  readonly approvals?: readonly string[]
  readonly from?: string
  readonly until?: string
  readonly targets?: readonly string[]
  readonly sheets?: string
  readonly sheet: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** `plazacast approve`: an approver looks at films and photos and signs that they may be shown. */
export function approveCommand(): Command {
  return command(
    'approve',
    'shows what is to be approved, as facts and as a contact sheet, asks, and signs; publish takes the result with --approvals',
    'plazacast approve films/*.mp4 --key approver-lin --output approvals.json\nplazacast approve films/*.mp4 --key approver-wu --approvals approvals.json --output approvals.json   # a second approver\nplazacast publish playlist.yaml --approvals approvals.json\nplazacast approve --playlist playlist.yaml --output approvals.json   # its files, each with what the playlist says beside it',
  )
    .argument('[files...]', 'films and photos, HLS playlists, and addresses of live streams')
    .option('--playlist <file>', 'all files of this playlist, each with its captions, credits, hashtags and QR codes')
    .option('--key <name>', 'name of the approver key in the folder, such as approver-lin')
    .option('--output <file>', 'where to put the approvals; those in it stay', 'approvals.json')
    .option(
      '--approvals <file>',
      'what others have signed: the same statements are signed again (several times)',
      severalOption,
    )
    .option('--from <instant>', 'approved only from then on (2026-11-30T08:00:00Z)')
    .option('--until <instant>', 'approved only until then')
    .option('--targets <target>', 'approved only there: players/ID or groups/NAME (several times)', severalOption)
    .option('--sheets <dir>', 'where to put the contact sheets (default: contact-sheets beside the output)')
    .option('--without-sheet', 'draw no contact sheet')
    .option('--yes', 'do not ask: the files have been looked at')
    .option('--keys <dir>', 'folder with the signing keys (PLAZACAST_KEYS)')
    .option('--operator <file>', 'operator.json that names the folder (PLAZACAST_OPERATOR)')
    .option('--json', 'one line of JSON for each file')
    .action(
      (files: string[], { withoutSheet, ...options }: Omit<ApproveOptions, 'sheet'> & { withoutSheet?: boolean }) =>
        runCommand(options.json ?? false, (signal) => approve(files, { ...options, sheet: !withoutSheet }, signal)),
    )
}

/** A file to be approved: with the statement that others have signed about it, if there is one under the same limits. */
type Candidate = {
  readonly asset: LocalAsset
  /** What is said beside it, as canonical JSON. */
  readonly words: string | undefined
  readonly signed: Jws | undefined
  readonly statement: Approval
}

async function approve(files: readonly string[], options: ApproveOptions, signal: AbortSignal): Promise<number> {
  const { say, emit } = talk(options.json ?? false)
  const limits = limitsOf(options)
  const folder = await readKeysFolder(options)
  const wanted = await wantedOf(files, options)
  const assets = [...new Map(wanted.map(({ asset }) => [asset.path, asset])).values()]
  checkStreams(assets, limits)
  const brought = await readAllApprovals(options.approvals ?? [])
  const candidates = wanted.map((one) => candidateFor(one, brought, limits))
  for (const line of [...factLines(candidates), ...candidates.flatMap(wordLines)]) say(line)
  for (const sheet of options.sheet ? await sheetsFor(assets, options) : []) {
    say(`Look at ${sheet.file}${sheet.note ? ` (${sheet.note})` : ''}`)
    emit({ event: 'sheet', path: sheet.asset.path, file: sheet.file })
  }
  const saying = candidates.some(({ words }) => words !== undefined) ? ', and these words beside them' : ''
  if (
    !(await confirmed(
      `Approve ${countText(assets.length, 'file')}${saying}?`,
      { yes: options.yes, scriptsMay: false },
      signal,
    ))
  ) {
    say('Nothing was approved.')
    return 1
  }
  await checkUnchanged(assets)
  const key = await (options.key ? privateKey(folder, options.key) : privateKeyFor(folder, 'approver'))
  const made = await Promise.all(candidates.map((one) => signCandidate(one, key)))
  const isThere = (await stat(options.output).catch(() => undefined)) !== undefined
  const merged = mergedApprovals(isThere ? await readApprovals(options.output) : [], brought, made)
  await writeApprovals(options.output, merged)
  const kid = await thumbprintOf(key)
  for (const { asset, words } of candidates) {
    const { path, name, facts } = asset
    emit({ event: 'approval', path, asset: name, ...facts, ...(words !== undefined && { words }), kid })
  }
  say(`${countText(made.length, 'approval')} by ${kid} in ${options.output}.`)
  return 0
}

function limitsOf({ from, until, targets }: ApproveOptions): ApprovalLimits {
  const wrong = targets?.find((one) => !playlistTarget.safeParse(one).success)
  if (wrong !== undefined) throw new OperatorError(`--targets ${wrong}: expected players/ID or groups/NAME.`, 2)
  const [begins, ends] = [instantOf('--from', from), instantOf('--until', until)]
  return {
    ...(begins !== undefined && { from: begins }),
    ...(ends !== undefined && { until: ends }),
    ...(targets !== undefined && { targets: [...targets] }),
  }
}

/** Nobody can look at what a stream will show, so that it may is said for a time. */
function checkStreams(assets: readonly LocalAsset[], { from, until }: ApprovalLimits): void {
  const streams = assets.filter(isLiveStream)
  if (streams.length === 0 || (from !== undefined && until !== undefined)) return
  const names = streams.map(({ path }) => path).join(', ')
  throw new OperatorError(`${names}: a live stream is approved for a time only: add --from and --until.`, 2)
}

function candidateFor(wanted: Wanted, brought: readonly Jws[], limits: ApprovalLimits): Candidate {
  const statement = { ...statementAbout(wanted, new Date().toISOString()), ...limits }
  const signed = brought.find((one) => {
    const said = statementOf(one)
    return said !== undefined && saysTheSame(said, statement, limits)
  })
  return { ...wanted, signed, statement: (signed && statementOf(signed)) ?? statement }
}

/** Exactly the bytes that the first approver has signed, or a statement of our own. */
async function signCandidate({ signed, statement }: Candidate, key: PrivateJwk): Promise<Jws> {
  const bytes = signed && bytesOf(signed.payload)
  return bytes ? signBytes('approval', bytes, [key]) : signDocument('approval', statement, [key])
}

function factLines(candidates: readonly Candidate[]): string[] {
  const rows = candidates.map(({ asset, signed, statement }) => [
    asset.path,
    factsText(asset),
    asset.name,
    [
      ...(statement.targets ? [`only ${statement.targets.join(', ')}`] : []),
      ...(statement.from ? [`from ${statement.from}`] : []),
      ...(statement.until ? [`until ${statement.until}`] : []),
    ].join(' ') || 'everywhere, always',
    signed?.signatures.flatMap((one) => signerNamedBy(one.protected)?.slice(0, 8) ?? []).join(', ') ?? '',
  ])
  return tableLines([['FILE', 'IS', 'ASSET', 'WHERE AND WHEN', 'SIGNED BY'], ...rows], 400)
}

/** What the playlist says beside a file, a line for each text. */
function wordLines({ asset, words }: Candidate): string[] {
  if (words === undefined) return []
  const said = Object.entries(JSON.parse(words) as Record<string, string | object>).flatMap(([field, value]) =>
    typeof value === 'string' ? [`  ${field}: ${value}`] : textsIn(value).map((text) => `  ${field} ${text}`),
  )
  return [`${asset.path} says:`, ...said]
}

const textsIn = (value: object): string[] =>
  Object.entries(value).flatMap(([name, text]: [string, unknown]) =>
    typeof text === 'object' && text !== null ? textsIn(text).map((one) => `${name} ${one}`) : [`${name}: ${text}`],
  )

const sheetsFor = (assets: readonly LocalAsset[], { sheets, output }: ApproveOptions): Promise<ContactSheet[]> =>
  drawContactSheets(assets, resolve(sheets ?? join(dirname(output), 'contact-sheets')))

/** What was looked at is what is signed. */
async function checkUnchanged(assets: readonly LocalAsset[]): Promise<void> {
  for (const before of assets) {
    const again = await assetOf(before.path)
    if (typeof again === 'string' || again.name !== before.name) {
      throw new OperatorError(`${before.path} has changed while it was looked at; nothing was approved.`)
    }
  }
}

/** What is to be approved: the files that were named, or those of a playlist with what it says beside them. */
async function wantedOf(files: readonly string[], { playlist }: ApproveOptions): Promise<Wanted[]> {
  if (files.length > 0 === (playlist !== undefined)) {
    throw new OperatorError('What is to be approved? Name files, or a playlist with --playlist FILE; not both.', 2)
  }
  if (playlist === undefined) return (await allAssets(files)).map((asset) => ({ asset, words: undefined }))
  const read = await readPlaylistFile(playlist)
  if (!read.ok) throw new OperatorError(read.mistakes.map(mistakeLine).join('\n'), 2)
  const assets = new Map<string, LocalAsset>()
  for (const [file, source] of read.sources) assets.set(file, await localAsset(source))
  return wantedWithWords(playlistItems(read.playlist, assets), assets)
}

/** All files or none: an approver hears of every one that cannot be shown. */
async function allAssets(files: readonly string[]): Promise<LocalAsset[]> {
  const assets: LocalAsset[] = []
  const wrong: string[] = []
  for (const file of files) {
    const asset = await assetOf(file)
    if (typeof asset === 'string') wrong.push(asset)
    else assets.push(asset)
  }
  if (wrong.length > 0) throw new OperatorError(wrong.join('\n'), 2)
  return assets
}

/** The file as an asset, or a sentence about what is wrong with it. */
async function assetOf(file: string): Promise<LocalAsset | string> {
  if (/^https?:\/\//.test(file)) {
    const stream = webAddress.safeParse(file)
    return stream.success ? streamAsset(stream.data) : `${file} is no address of a stream.`
  }
  const path = resolve(file)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return `${file} is not there.`
  const source = await lookAtFile(path, file)
  return typeof source === 'string' ? `${file} ${source}` : localAsset(source)
}
