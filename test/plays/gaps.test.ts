import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { statementSigner } from '../../main/adapters/statement-signer.ts'
import { exportLines } from '../../main/operator/plays-export.ts'
import { openPlaySources } from '../../main/operator/plays-source.ts'
import { verifyLines, verifySource } from '../../main/operator/plays-verify.ts'
import { makeKey } from '../../main/operator/signing.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { dropOldPlays } from '../../main/sqlite/plays-budget.ts'
import { sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { gapTyp } from '../../shared/plays/statements.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { addEndedPlays, sealAll, signerOf } from './backlog.ts'

const check = { operators: undefined, first: 1, crypto: nodeCrypto }

/** A player that had to drop its 40 oldest records of 100. */
function droppedChain(t: TestContext) {
  const data = temporaryFolder(t)
  const { db, close } = openDatabase(join(data, 'player.db'))
  t.after(close)
  addEndedPlays(db, 100)
  sealAll(db)
  const signer = signerOf(db)
  dropOldPlays(db, { rows: 60, ms: 1e15 })
  const { sources, close: closeSources } = openPlaySources({ data, player: 'wall' })
  t.after(closeSources)
  return { sources, signer, after: sealedPlays(db, 40, 1)[0], lines: [...exportLines(sources, 'chain', 'play', {})] }
}

test('what a player had to drop stands in its chain as a gap that it signs for, and the check says so', async (t) => {
  const { sources, lines } = droppedChain(t)
  const verdicts = [...sources.map((source) => verifySource(source, check)), ...(await verifyLines(lines, check))]
  assert.equal(verdicts.length, 2)
  for (const { findings, records, gaps } of verdicts)
    assert.deepEqual([findings, records, gaps], [[], 60, [{ from: 1, through: 40 }]])
})

test('a gap covers nothing but what was signed for', async (t) => {
  const { lines, signer, after } = droppedChain(t)
  const [header = '', gap = '', ...records] = lines
  const codes = async (changed: readonly string[]) =>
    (await verifyLines(changed, check)).flatMap(({ findings }) => findings.map(({ code }) => code))
  const gapOf = (statement: unknown) => JSON.stringify({ kind: 'plays-gap', statement })
  assert.deepEqual(await codes([header, ...records]), ['removed'])
  assert.deepEqual(await codes([header, gap, ...records.slice(1)]), ['removed'])
  assert.deepEqual(await codes([header, ...records.slice(0, 3), gap, ...records.slice(3)]), [
    'removed',
    'bad-statement',
  ])
  const stranger = statementSigner(await makeKey())
  const said = { kind: 'plays-gap', player: 'wall', from: 1, through: 40, hash: after?.previous }
  assert.deepEqual(await codes([header, gapOf(stranger.sign(gapTyp, said)), ...records]), ['bad-statement', 'removed'])
  const others = signer.sign(gapTyp, { ...said, player: 'other' })
  assert.deepEqual(await codes([header, gapOf(others), ...records]), ['bad-statement', 'removed'])
  const elsewhere = signer.sign(gapTyp, { ...said, hash: 'ab'.repeat(32) })
  assert.deepEqual(await codes([header, gapOf(elsewhere), ...records]), ['unlinked'])
})
