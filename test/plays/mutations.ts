import { createHash } from 'node:crypto'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { statementSigner } from '../../main/adapters/statement-signer.ts'
import { verifyLines } from '../../main/operator/plays-verify.ts'
import { makeKey } from '../../main/operator/signing.ts'
import { assetNameOf } from '../../shared/asset-name.ts'
import { lineOf, sealed } from '../../shared/plays/chain.ts'
import type { FileCheck } from '../../shared/plays/chain-file.ts'
import { noRecordBefore, type PlayRecord, playInstant, playRecord } from '../../shared/plays/record.ts'
import { ackTyp, headTyp } from '../../shared/plays/statements.ts'
import { keyringOf, thumbprintOf } from '../../shared/trust/keyring.ts'

/** A sound exported chain, and how it is checked. */
export type SoundChain = { readonly lines: readonly string[]; readonly check: FileCheck; readonly acknowledged: number }

/** Random numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function soundChain(length: number): Promise<SoundChain> {
  const player = statementSigner(await makeKey())
  const operator = statementSigner(await makeKey())
  const records: PlayRecord[] = []
  for (let seq = 1; seq <= length; seq++) {
    const isDark = seq % 17 === 0
    const asset = assetNameOf(
      createHash('sha256')
        .update(`${seq % 5}`)
        .digest('hex'),
    )
    const play = {
      seq,
      kind: isDark ? ('dark' as const) : ('showing' as const),
      playlist: isDark ? '' : 'friends',
      revision: isDark ? 0 : 7,
      item: isDark ? 'outside opening hours' : `item-${seq % 5}`,
      asset: isDark ? ('' as const) : asset,
      startedAt: playInstant(Date.UTC(2026, 10, 22) + seq * 10_000),
      ms: 10_000,
      presentedFrames: isDark ? 0 : 300,
      droppedFrames: seq % 3,
      outcome: seq % 11 === 0 ? ('interrupted' as const) : ('complete' as const),
      level: isDark ? null : seq % 13 === 0 ? ('emergency' as const) : ('normal' as const),
      wallOn: !isDark,
      brightness: null,
      clock: 'trusted' as const,
    }
    records.push(sealed(play, records.at(-1)?.hash ?? noRecordBefore, nodeCrypto))
  }
  const last = records.at(-1)
  const acknowledged = Math.floor(length * 0.8)
  const head = player.sign(headTyp, { kind: 'plays-head', player: 'wall', seq: length, hash: last?.hash, after: 0 })
  const through = { kind: 'plays-ack', player: 'wall', through: acknowledged, head: records[acknowledged - 1]?.hash }
  const acknowledgement = operator.sign(ackTyp, through)
  const header = { kind: 'plays-chain', player: 'wall', playerKey: player.key, head, acknowledgement }
  const kid = thumbprintOf(operator.key, nodeCrypto)
  const known = { kid, jwk: operator.key, roles: new Set(['operator'] as const), label: undefined }
  const operators = { ...keyringOf([], undefined, nodeCrypto), keys: new Map([[kid, known]]) }
  return {
    lines: [JSON.stringify(header), ...records.map(lineOf)],
    check: { operators, first: 1, crypto: nodeCrypto },
    acknowledged,
  }
}

export const mutationKinds = [
  'a character',
  'a field',
  'a field, hashed anew',
  'removed',
  'swapped',
  'repeated',
  'invented',
  'cut off',
  'beginning cut off',
  'a whole tail, hashed anew',
  'header',
] as const
export type Mutation = { readonly kind: (typeof mutationKinds)[number]; readonly lines: readonly string[] }

/** A chain that differs from the sound one in one way, drawn by lot. */
export function mutate(lines: readonly string[], random: () => number): Mutation {
  const pick = (count: number) => Math.floor(random() * count)
  const kind = mutationKinds[pick(mutationKinds.length)] ?? 'removed'
  const at = 1 + pick(lines.length - 1)
  const line = lines[at] ?? ''
  const before = lines.slice(0, at)
  const after = lines.slice(at + 1)
  const changed = (index: number, other: string) => lines.with(index, other)
  switch (kind) {
    case 'a character':
      return { kind, lines: changed(at, otherCharacter(line, pick)) }
    case 'a field':
      return { kind, lines: changed(at, JSON.stringify(otherField(line, pick))) }
    case 'a field, hashed anew':
      return { kind, lines: changed(at, hashedAnew(otherField(line, pick))) }
    case 'removed':
      return { kind, lines: [...before, ...after] }
    case 'swapped': {
      const other = 1 + ((at + pick(lines.length - 2)) % (lines.length - 1))
      return { kind, lines: other === at ? [...before, ...after] : changed(at, lines[other] ?? '').with(other, line) }
    }
    case 'repeated':
      return { kind, lines: [...before, line, line, ...after] }
    case 'invented':
      return { kind, lines: [...before, line, hashedAnew({ ...parsed(line), seq: at + 1 }), ...after] }
    case 'cut off':
      return { kind, lines: lines.slice(0, at) }
    case 'beginning cut off':
      return { kind, lines: [lines[0] ?? '', ...lines.slice(1 + at)] }
    case 'a whole tail, hashed anew':
      return { kind, lines: [...before, ...tailAnew(lines.slice(at), lines[at - 1] ?? '', at === 1, pick)] }
    case 'header':
      return { kind, lines: changed(0, otherCharacter(lines[0] ?? '', pick)) }
  }
}

const parsed = (line: string): PlayRecord => playRecord.parse(JSON.parse(line))

function otherCharacter(line: string, pick: (count: number) => number): string {
  const at = pick(line.length)
  const other = String.fromCharCode(33 + ((line.charCodeAt(at) - 33 + 1 + pick(92)) % 94))
  return line.slice(0, at) + other + line.slice(at + 1)
}

function otherField(line: string, pick: (count: number) => number): PlayRecord {
  const record = parsed(line)
  const changes: Partial<PlayRecord>[] = [
    { ms: record.ms + 1 + pick(10_000) },
    { item: `${record.item}x` },
    { playlist: `${record.playlist}x` },
    { startedAt: playInstant(Date.parse(record.startedAt) + 1 + pick(1e6)) },
    { presentedFrames: record.presentedFrames + 1 },
    { droppedFrames: record.droppedFrames + 1 },
    { outcome: record.outcome === 'complete' ? 'failed' : 'complete' },
    { level: record.level === 'normal' ? 'filler' : 'normal' },
    { wallOn: !record.wallOn },
    { brightness: 1 + pick(5_000) },
    { clock: 'unknown' },
    { revision: record.revision + 1 },
  ]
  return { ...record, ...changes[pick(changes.length)] }
}

function hashedAnew(record: PlayRecord): string {
  const { previous, hash: _, ...play } = record
  return lineOf(sealed(play, previous, nodeCrypto))
}

/** What somebody does who knows how it is made, but has no key: changes one record and seals all that follow. */
function tailAnew(
  lines: readonly string[],
  before: string,
  isFirst: boolean,
  pick: (count: number) => number,
): string[] {
  let previous = isFirst ? noRecordBefore : parsed(before).hash
  return lines.map((line, index) => {
    const { previous: _p, hash: _h, ...play } = index === 0 ? otherField(line, pick) : parsed(line)
    const record = sealed(play, previous, nodeCrypto)
    previous = record.hash
    return lineOf(record)
  })
}

/** Whether anything is found; a header that cannot be read is found too. */
export async function isFound({ lines }: Mutation, check: FileCheck): Promise<boolean> {
  try {
    const verdicts = await verifyLines(lines, check)
    return verdicts.some(({ findings }) => findings.length > 0)
  } catch {
    return true // it says in a sentence that this is no chain
  }
}
