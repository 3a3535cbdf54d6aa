import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import {
  type FileCheck,
  isChainHeader,
  type OpenChain,
  openChain,
  signedFor,
  withLine,
  withSignedGap,
} from '../../shared/plays/chain-file.ts'
import { beginVerification, type PlayFinding, verdict, withFindings, withRecord } from '../../shared/plays/verify.ts'
import { headerOf, type PlaySource, wholeChain } from './plays-source.ts'

/** What the check of one player's chain came to. `acknowledged`: the number up to which an operator's signature was checked; 0: none was. */
export type ChainVerdict = {
  readonly player: string
  readonly records: number
  readonly through: number
  readonly acknowledged: number
  /** Records that are gone, by the signature of whoever kept them. */
  readonly gaps: readonly { readonly from: number; readonly through: number }[]
  readonly findings: readonly PlayFinding[]
}

/** Checks an exported file, a line in memory at a time. Throws in a sentence if it is no such file. */
export async function verifyFile(file: string, check: FileCheck): Promise<ChainVerdict[]> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    return await verifyLines(lines, check)
  } catch (error) {
    if (error instanceof OperatorError) throw new OperatorError(`${file}: ${error.message}`, error.exitCode)
    throw new OperatorError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, 2)
  }
}

/** The same for lines from anywhere. */
export async function verifyLines(
  lines: AsyncIterable<string> | Iterable<string>,
  check: FileCheck,
): Promise<ChainVerdict[]> {
  const done: ChainVerdict[] = []
  let open: OpenChain | undefined
  for await (const line of lines) {
    if (open === undefined || isChainHeader(line)) {
      if (open) done.push(verdictOf(open))
      open = openChain(line, check)
      if (!open) throw new OperatorError(noChain(done.length), 1)
    } else open = withLine(open, line, check)
  }
  if (!open) throw new OperatorError(noChain(0), 1)
  return [...done, verdictOf(open)]
}

const noChain = (before: number): string =>
  before === 0
    ? 'its first line is not the header of a chain, or it was changed. Make one with: plazacast plays export --format chain.'
    : `the header of its chain number ${before + 1} was changed.`

/** Checks a chain where it lies: in a player's data folder or a receiver's database. */
export function verifySource(source: PlaySource, check: FileCheck): ChainVerdict {
  const header = headerOf(source)
  const { landmarks, findings } = header ? signedFor(header, check) : { landmarks: [], findings: [] }
  const { player, playerKey } = source
  let verification = withFindings(beginVerification(landmarks, check.first), findings)
  for (const one of wholeChain(source))
    verification =
      'seq' in one
        ? withRecord(verification, one, check.crypto)
        : withSignedGap({ player, playerKey, verification }, one.statement, check)
  return verdictOf({ player, verification })
}

function verdictOf({ player, verification }: Pick<OpenChain, 'player' | 'verification'>): ChainVerdict {
  const acknowledged = verification.landmarks.filter(({ by }) => by === 'acknowledgement').map(({ seq }) => seq)
  return {
    player,
    records: verification.records,
    through: verification.at.nextSeq - 1,
    acknowledged: Math.max(0, ...acknowledged),
    gaps: verification.gaps.map(({ from, through }) => ({ from, through })),
    findings: verdict(verification),
  }
}
