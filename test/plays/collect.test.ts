import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { statementSigner } from '../../main/adapters/statement-signer.ts'
import { makeKeys, privateKeyFor } from '../../main/operator/keys.ts'
import { publicPart } from '../../main/operator/signing.ts'
import { collectedChains, collectedGaps, countCollected } from '../../main/sqlite/collected.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { dropOldPlays } from '../../main/sqlite/plays-budget.ts'
import { playsChain } from '../../main/sqlite/plays-chain.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import { ackTyp } from '../../shared/plays/statements.ts'
import { defaultTopicPrefix, playsAckTopic } from '../../shared/topics.ts'
import { type Cli, runCli, startCli } from '../operator/cli.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { eventually } from '../support/player-rig.ts'
import { addEndedPlays, sealAll, signerOf } from './backlog.ts'
import { startCutWire } from './cut-wire.ts'
import { type SendingOptions, startSending } from './sending-player.ts'

const patience = 30_000

const said = (cli: Cli, event: string) => cli.line((line) => line.includes(`"event":"${event}"`))

async function setScene(t: TestContext) {
  const folder = temporaryFolder(t)
  const broker = await startMosquitto()
  t.after(() => broker.stop())
  const keys = join(folder, 'keys')
  await makeKeys(keys, ['operator'], undefined)
  const secret = await privateKeyFor(keys, 'operator')
  const dataDir = join(folder, 'player')
  const { db, close } = openDatabase(join(dataDir, 'player.db'))
  t.after(close)
  const plays = join(folder, 'plays.db')
  const collect = async (...more: string[]): Promise<Cli> => {
    const cli = startCli(['collect', '--db', plays, '--broker', broker.url, '--keys', keys, '--json', ...more], {
      HOME: folder,
    })
    t.after(async () => {
      cli.child.kill('SIGKILL')
      await cli.ended
    })
    await said(cli, 'connected')
    return cli
  }
  const send = ({ pace, ...more }: Partial<SendingOptions> = {}) => {
    const quick = { lingerMs: 20, ...pace }
    const sending = startSending({
      db,
      url: broker.url,
      player: 'wall',
      operator: publicPart(secret),
      pace: quick,
      ...more,
    })
    t.after(() => sending.stop())
    return sending
  }
  return { folder, broker, keys, secret, dataDir, db, plays, collect, send }
}

const held = (file: string) => {
  const { db, close } = openForReading(file)
  try {
    return { count: countCollected(db), chains: collectedChains(db), gaps: collectedGaps(db) }
  } finally {
    close()
  }
}

test('every record arrives once, over cut wires and killed receivers, and the player hears that it did', async (t) => {
  const scene = await setScene(t)
  const wire = await startCutWire(scene.broker.port)
  t.after(() => wire.stop())
  addEndedPlays(scene.db, 4_000)
  let collector = await scene.collect()
  const sending = scene.send({ url: wire.url, pace: { againMs: 2_000 } })
  const acknowledged = () => playsChain(scene.db).acknowledgedThrough
  for (let round = 1; round <= 4; round++) {
    await eventually('progress', () => acknowledged() >= round * 500, patience)
    if (round % 2 === 0) {
      collector.child.kill('SIGKILL')
      await collector.ended
      collector = await scene.collect()
    } else wire.cut()
  }
  await eventually('everything', () => acknowledged() === 4_000, patience)
  const { count, chains, gaps } = held(scene.plays)
  assert.deepEqual([count, chains.map(({ headSeq }) => headSeq), gaps], [4_000, [4_000], []])
  assert.deepEqual(sending.events, [])
  const verified = await runCli(['plays', 'verify', '--db', scene.plays, '--keys', scene.keys])
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  assert.match(verified.stdout, /wall: 4000 records, .*acknowledged through 4000/)
})

test('with nobody to acknowledge, each record is sent once, and then only a few again as a question', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 1_200)
  const sending = scene.send({ pace: { patienceMs: 50, unansweredEveryMs: 10, againMs: 400, window: 2 } })
  await eventually('all of it', () => sending.batches() >= 12, patience)
  const once = sending.batches()
  await eventually('a question', () => sending.batches() >= once + 2, patience)
  assert.ok(once <= 13, `${once} batches for 1200 records`)
  const collector = await scene.collect()
  await said(collector, 'stored')
  await eventually('the answer', () => playsChain(scene.db).acknowledgedThrough === 1_200, patience)
  assert.equal(held(scene.plays).count, 1_200)
})

test('a receiver that comes when a long backlog is under way asks for what it lacks, and has it at once', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 6_000)
  const hours = 3_600_000
  const sending = scene.send({ pace: { patienceMs: 50, unansweredEveryMs: 1_000, againMs: hours, askedEveryMs: 200 } })
  await eventually('what nobody hears', () => sending.batches() > 5, patience)
  await scene.collect()
  await eventually('all of it', () => playsChain(scene.db).acknowledgedThrough === 6_000, patience)
  assert.equal(held(scene.plays).count, 6_000)
  assert.deepEqual([held(scene.plays).gaps, sending.events], [[], []])
  assert.ok(sending.batches() < 100, `${sending.batches()} batches for 6000 records`)
})

test('records that the player had to drop are a gap that is told, and what follows is acknowledged', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 300)
  sealAll(scene.db)
  assert.deepEqual(dropOldPlays(scene.db, { rows: 100, ms: 1e15 }), { plays: 200, unacknowledged: 200 })
  const collector = await scene.collect()
  scene.send()
  const gap = JSON.parse(await said(collector, 'gap')) as Record<string, unknown>
  assert.deepEqual([gap.player, gap.from, gap.through], ['wall', 1, 200])
  await eventually('the rest', () => playsChain(scene.db).acknowledgedThrough === 300, patience)
  const verified = await runCli(['plays', 'verify', '--db', scene.plays, '--keys', scene.keys])
  assert.equal(verified.code, 0, verified.stdout)
  assert.match(verified.stdout, /records 1 to 200 are gone for good.*signed/)
  const later = await runCli(['plays', 'verify', '--db', scene.plays, '--first', '201'])
  assert.equal(later.code, 0, later.stdout)
})

test('a player with another key is told of, and taken only when its owner says so', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 50)
  const collector = await scene.collect()
  const before = scene.send()
  await eventually('the first chain', () => playsChain(scene.db).acknowledgedThrough === 50, patience)
  await before.stop()
  const { db, close } = openDatabase(join(scene.folder, 'anew', 'player.db'))
  t.after(close)
  addEndedPlays(db, 80)
  scene.send({ db, pace: { againMs: 500 } })
  assert.match(await said(collector, 'key-changed'), /wall has another key than before/)
  assert.match(await said(collector, 'refused'), /wall/)
  assert.equal(playsChain(db).acknowledgedThrough, 0)
  collector.child.kill('SIGKILL')
  await collector.ended
  await said(await scene.collect('--accept', 'wall'), 'key-accepted')
  await eventually('the second chain', () => playsChain(db).acknowledgedThrough === 80, patience)
  assert.deepEqual(
    held(scene.plays).chains.map(({ headSeq }) => headSeq),
    [50, 80],
  )
})

test('a chain that was rewritten behind what was received is a fork: told, not taken, not acknowledged', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 30)
  const collector = await scene.collect()
  const honest = scene.send()
  await eventually('the chain', () => playsChain(scene.db).acknowledgedThrough === 30, patience)
  await honest.stop()
  scene.db.run(`UPDATE plays SET ms = 20000, hash = NULL WHERE seq = 20`)
  scene.db.run(
    'UPDATE plays_chain SET sealed_through = 19, acknowledged_through = 0, sealed_hash = (SELECT hash FROM plays WHERE seq = 19)',
  )
  sealAll(scene.db)
  scene.send()
  assert.match(await said(collector, 'fork'), /record 20 is another one/)
  assert.equal(playsChain(scene.db).acknowledgedThrough, 0)
})

test('an acknowledgement counts only with an operator key, and for the record that it names', async (t) => {
  const scene = await setScene(t)
  addEndedPlays(scene.db, 10)
  const sending = scene.send()
  await eventually('the batch', () => sending.batches() === 1, patience)
  const client = await connectAsync(scene.broker.url, { protocolVersion: 5 })
  t.after(() => client.endAsync())
  const { sealedHash } = playsChain(scene.db)
  const ack = { kind: 'plays-ack', player: 'wall', through: 10, head: sealedHash }
  const answer = (signer: { sign: ReturnType<typeof statementSigner>['sign'] }, payload: object) =>
    client.publishAsync(
      playsAckTopic(defaultTopicPrefix, 'wall'),
      JSON.stringify(signer.sign(ackTyp, { ...payload })),
      { qos: 1 },
    )
  await answer(signerOf(scene.db), ack) // the player's own key is no operator's
  await eventually('the event', () => sending.events.length === 1, patience)
  assert.equal(sending.events[0]?.code, 'plays-ack-refused')
  const operator = statementSigner(scene.secret)
  await answer(operator, { ...ack, head: 'ab'.repeat(32) })
  await answer(operator, { ...ack, player: 'other' })
  await answer(operator, { ...ack, through: 7 })
  assert.equal(playsChain(scene.db).acknowledgedThrough, 0)
  await answer(operator, ack)
  await eventually('the good one', () => playsChain(scene.db).acknowledgedThrough === 10, patience)
})
