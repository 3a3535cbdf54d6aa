import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectAsync } from 'mqtt'
import { makeKeys, privateKeyFor } from '../../main/operator/keys.ts'
import { publicPart } from '../../main/operator/signing.ts'
import { collectedChains, countCollected } from '../../main/sqlite/collected.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { playsChain, sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import { lineOf } from '../../shared/plays/chain.ts'
import { defaultTopicPrefix, reportTopic } from '../../shared/topics.ts'
import { runCli, startCli } from '../operator/cli.ts'
import { percentile } from '../oracle/cuts.ts'
import { addEndedPlays, sealAll } from '../plays/backlog.ts'
import { startCutWire } from '../plays/cut-wire.ts'
import { startSending } from '../plays/sending-player.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { showPicture } from './plays-picture.ts'
import { rival } from './plays-rival.ts'

const help = `npm run bench:plays -- [options]

Sends a backlog of records of plays to plazacast collect over a wire that is cut again and again, while the collector is
killed again and again and batches come twice; counts what was lost and what is there twice, and measures. Beside it a rival: each record a
message of its own (QoS 1, one at a time), inserted by a plain subscriber.

  --records N   how many records (default 100000; the goal is 1000000; 25000000 takes hours and 20 GB)
  --cuts N      how many times the wire is cut (default 50)
  --kills N     how many times the collector is killed (default 50)
  --repeats N   how many times the newest batch is sent a second time, as a broker may (default 50)
  --rival N     how many records the rival sends (default 5000; 0: none)
  --picture N   how many records go out while a real wall plays films under Xvfb, whose display is judged without and with
                them (default 200000, about half a minute; 0: no wall)
`

let lastProgressMs = 0

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    cuts: { type: 'string', default: '50' },
    kills: { type: 'string', default: '50' },
    repeats: { type: 'string', default: '50' },
    rival: { type: 'string', default: '5000' },
    picture: { type: 'string', default: '200000' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(help)
else {
  const { cuts, kills, repeats } = values
  const troubles = { cuts: Number(cuts), kills: Number(kills), repeats: Number(repeats) }
  await bench(Number(values.records), troubles, Number(values.rival))
  if (Number(values.picture) > 0) await picture(Number(values.picture))
}

async function picture(records: number): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    await showPicture({ after: (one) => void undo.push(one) }, records, print, progress)
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

/** How often each thing happens to a backlog on its way. */
type Troubles = { readonly cuts: number; readonly kills: number; readonly repeats: number }

async function bench(records: number, troubles: Troubles, rivalRecords: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-plays-'))
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const { db, close } = openDatabase(join(folder, 'player', 'player.db'))
    undo.push(close)
    const sealRate = await fill(db, records)
    print(`${records} records made; sealed at ${sealRate} a second`)
    const sent = await sendAll(folder, db, records, troubles, undo)
    if (rivalRecords > 0) await rival(db, Math.min(rivalRecords, records), undo, sent.perSecond, print)
    process.exitCode = sent.lost + sent.doubled === 0 ? 0 : 1
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

async function fill(db: WriteDb, records: number): Promise<number> {
  let sealingMs = 0
  for (let made = 0; made < records; made += 20_000) {
    addEndedPlays(db, Math.min(20_000, records - made), made)
    const beganMs = performance.now()
    sealAll(db)
    sealingMs += performance.now() - beganMs
    progress(`making records: ${made}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return Math.round((records / sealingMs) * 1000)
}

async function sendAll(
  folder: string,
  db: WriteDb,
  records: number,
  { cuts, kills, repeats }: Troubles,
  undo: (() => Promise<void> | void)[],
) {
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const wire = await startCutWire(broker.port)
  undo.push(() => wire.stop())
  const keys = join(folder, 'keys')
  await makeKeys(keys, ['operator'], undefined)
  const operator = publicPart(await privateKeyFor(keys, 'operator'))
  const plays = join(folder, 'plays.db')
  const args = ['collect', '--db', plays, '--broker', broker.url, '--keys', keys, '--json']
  const start = () => startCli(args, { HOME: folder })
  let collector = start()
  undo.push(() => void collector.child.kill('SIGKILL'))
  await collector.line((line) => line.includes('"connected"'))
  const pace = { lingerMs: 100, againMs: 5_000 }
  const sending = startSending({ db, url: wire.url, player: 'wall', operator, pace })
  undo.push(() => sending.stop())
  const beganMs = performance.now()
  // All of them are done before the last tenth, which may come in one stretch.
  const at = (count: number, done: number) => (0.9 * records * (done + 0.5)) / count
  const repeater = await startRepeater(broker.url, undo)
  let cut = 0
  let killed = 0
  let repeated = 0
  for (;;) {
    const { acknowledgedThrough } = playsChain(db)
    progress(`${acknowledgedThrough} acknowledged, ${cut} cuts, ${killed} kills, ${repeated} repeats`)
    if (acknowledgedThrough >= records) break
    if (cut < cuts && acknowledgedThrough >= at(cuts, cut)) {
      wire.cut()
      cut += 1
    }
    if (repeated < repeats && acknowledgedThrough >= at(repeats, repeated)) {
      repeater.repeat()
      repeated += 1
    }
    if (killed < kills && acknowledgedThrough >= at(kills, killed)) {
      collector.child.kill('SIGKILL')
      await collector.ended
      collector = start()
      killed += 1
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const seconds = (performance.now() - beganMs) / 1000
  const { count, through } = heldIn(plays)
  const verified = await runCli(['plays', 'verify', '--db', plays, '--keys', keys])
  const perSecond = Math.round(records / seconds)
  const lost = records - Math.min(count, through)
  print(
    `through ${cut} cuts of the wire, ${killed} kills of the receiver and ${repeated} batches sent twice, in ${seconds.toFixed(1)} s:`,
  )
  print(
    `  lost ${lost}, doubled ${count - Math.min(count, records)}, chain ${verified.code === 0 ? 'sound' : 'NOT SOUND'}: ${verified.stdout.trim()}`,
  )
  print(
    `  ${perSecond} records a second, all in all; ${sending.batches()} batches, ${Math.ceil(records / 110)} would do`,
  )
  print(
    `  ${Math.round(sending.bytes() / records)} bytes a record sent, repetitions included; ${Math.round(recordBytes(db))} a record as text`,
  )
  const turns = sending.turns()
  const figures = (of: readonly number[]) =>
    `p50 ${percentile(of, 0.5).toFixed(1)}, p99 ${percentile(of, 0.99).toFixed(1)}, max ${percentile(of, 1).toFixed(1)} ms`
  print(`  turns of the sender, by the clock: ${figures(turns.map(({ ms }) => ms))}`)
  print(`  the same, time on the processor:   ${figures(turns.map(({ processorMs }) => processorMs))}`)
  await sending.stop()
  return { lost, doubled: Math.max(0, count - records), perSecond }
}

/** Sends the newest batch to the receiver once more, whole and well signed. */
async function startRepeater(url: string, undo: (() => Promise<void> | void)[]): Promise<{ repeat(): void }> {
  const client = await connectAsync(url)
  undo.push(() => client.endAsync(true))
  let newest: { topic: string; payload: Buffer } | undefined
  client.on('message', (topic, payload) => {
    newest = { topic, payload }
  })
  await client.subscribeAsync(reportTopic(defaultTopicPrefix, '+', 'plays'), { qos: 1 })
  return {
    repeat() {
      if (newest) client.publish(newest.topic, newest.payload, { qos: 1 })
    },
  }
}

function heldIn(file: string): { count: number; through: number } {
  const { db, close } = openForReading(file)
  try {
    return { count: countCollected(db), through: collectedChains(db)[0]?.headSeq ?? 0 }
  } finally {
    close()
  }
}

function recordBytes(db: WriteDb): number {
  const some = sealedPlays(db, 0, 100)
  return some.reduce((sum, record) => sum + lineOf(record).length, 0) / some.length
}

function progress(text: string): void {
  if (performance.now() - lastProgressMs < 2_000) return
  lastProgressMs = performance.now()
  process.stderr.write(`${text}\n`)
}
function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
