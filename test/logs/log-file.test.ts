import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createLogFile } from '../../main/adapters/log-file.ts'
import { followLines, linesOf, logFiles } from '../../main/adapters/log-reader.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { type LogLine, readLogLine } from '../../shared/logs/line.ts'
import { mountVolume } from '../faults-io/volume.ts'
import { eventually } from '../support/player-rig.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A clock whose steady time is set by hand; timers are the machine's. */
function handClock() {
  let ms = 0
  const pass = (more: number): void => {
    ms += more
  }
  return { clock: { ...systemClock, monotonicMs: () => ms }, pass }
}

async function linesIn(folder: string): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for (const file of await logFiles(folder)) {
    for await (const text of linesOf(file)) {
      const line = readLogLine(text)
      if (line) lines.push(line)
    }
  }
  return lines
}

test('lines are JSON, files are of one size, and the oldest goes', async (t) => {
  const folder = folderFor(t)
  const { clock, pass } = handClock()
  const file = createLogFile({ folder, files: 3, fileBytes: 4_000, clock })
  for (let at = 0; at < 400; at += 1) {
    pass(1000)
    file.log('info', `line ${at}`, { at })
    if (at % 50 === 0) await file.last(1)
  }
  await file.stop()
  assert.deepEqual(readdirSync(folder).sort(), ['player.log', 'player.log.1', 'player.log.2'])
  for (const name of readdirSync(folder)) assert.ok(statSync(join(folder, name)).size <= 4_001)
  const kept = (await linesIn(folder)).map(({ message }) => Number(message.split(' ')[1]))
  assert.equal(kept.at(-1), 399)
  assert.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, at) => 400 - kept.length + at),
    'in order, none missing',
  )
})

test('the same line again is counted, and a flood is cut off and said, but its errors are not lost in it', async (t) => {
  const folder = folderFor(t)
  const { clock, pass } = handClock()
  const file = createLogFile({ folder, files: 2, fileBytes: 1_000_000, clock })
  for (let at = 0; at < 1000; at += 1) file.log('warning', 'the broker is out of reach')
  for (let at = 0; at < 50_000; at += 1) file.log('debug', `page chatter ${at}`)
  file.log('error', 'the wall is on fire')
  pass(60_000)
  file.log('info', 'later')
  await file.stop()
  const lines = await linesIn(folder)
  assert.equal(lines.filter(({ times }) => times === 999).length, 1)
  assert.ok(lines.length < 350, `${lines.length} lines`)
  assert.ok(lines.some(({ message }) => message === 'the wall is on fire'))
  assert.ok(lines.some(({ message }) => /^4\d{4} lines were left out/.test(message)))
})

test('a log begins anew behind a line that was broken off, and gives its last whole lines', async (t) => {
  const folder = folderFor(t)
  appendFileSync(join(folder, 'player.log'), '{"at":"2026-11-22T00:00:00Z","level":"info","mess')
  const file = createLogFile({ folder, files: 2, fileBytes: 100_000, clock: systemClock })
  for (let at = 0; at < 20; at += 1) file.log('info', `line ${at}`)
  const last = await file.last(300)
  assert.ok(Buffer.byteLength(last) <= 300)
  const messages = last
    .trimEnd()
    .split('\n')
    .map((line) => readLogLine(line)?.message)
  assert.equal(messages.at(-1), 'line 19')
  assert.ok(!messages.includes(undefined), 'whole lines')
  await file.stop()
  assert.equal((await linesIn(folder)).length, 20)
})

test('a name that leads elsewhere is not written through', async (t) => {
  const folder = folderFor(t)
  const elsewhere = join(folderFor(t), 'precious')
  writeFileSync(elsewhere, 'precious')
  symlinkSync(elsewhere, join(folder, 'player.log'))
  const file = createLogFile({ folder, files: 2, fileBytes: 100_000, clock: systemClock })
  file.log('info', 'a line')
  await file.stop()
  assert.equal(readFileSync(elsewhere, 'utf8'), 'precious')
})

test('a full disk stops nobody, and what was lost is counted once there is room', async (t) => {
  const volume = await mountVolume(2)
  if (!volume) return t.skip('nothing may be mounted here')
  t.after(() => volume.unmount())
  const folder = join(volume.folder, 'logs')
  const { clock, pass } = handClock()
  const file = createLogFile({ folder, files: 2, fileBytes: 100_000, clock })
  file.log('info', 'before')
  await file.last(1)
  volume.fill()
  for (let at = 0; at < 100; at += 1) {
    file.log('info', `lost ${at} ${'x'.repeat(1000)}`)
    if (at % 10 === 0) await file.last(1)
    pass(6_000)
  }
  volume.empty()
  pass(6_000)
  file.log('info', 'after')
  await file.last(1)
  await file.stop()
  const lines = await linesIn(folder)
  assert.equal(lines[0]?.message, 'before')
  assert.equal(lines.at(-1)?.message, 'after')
  const said = lines.find(({ message }) => /lines of the log were lost/.test(message))
  assert.match(JSON.stringify(said?.about), /ENOSPC/)
  const lost = Number(said?.message.split(' ')[0])
  assert.equal(lost + lines.filter(({ message }) => message.startsWith('lost')).length, 100)
})

test('who follows a log sees every line once, across files that move on', async (t) => {
  const folder = folderFor(t)
  const { clock, pass } = handClock()
  const file = createLogFile({ folder, files: 4, fileBytes: 20_000, clock })
  file.log('info', 'before')
  await file.last(1)
  const seen: string[] = []
  const over = new AbortController()
  const following = (async () => {
    for await (const text of followLines(folder, over.signal)) seen.push(readLogLine(text)?.message ?? text)
  })()
  for (let at = 0; at < 500; at += 1) {
    pass(1000)
    file.log('info', `line ${at} ${'x'.repeat(100)}`)
    if (at % 20 === 0) await eventually('it keeps up', () => seen.length >= at - 100)
    await file.last(1)
  }
  await eventually('the last line', () => seen.at(-1)?.startsWith('line 499') === true)
  over.abort()
  await following
  await file.stop()
  const numbers = seen.filter((one) => one.startsWith('line')).map((one) => Number(one.split(' ')[1]))
  assert.deepEqual(
    numbers,
    Array.from({ length: 500 }, (_, at) => at),
  )
})
