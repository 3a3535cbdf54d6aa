import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)

test('the measurement of schedule decisions runs, with a figure for each size and the rival beside it', async () => {
  const bench = join(import.meta.dirname, 'schedule.ts')
  const { stdout } = await run(process.execPath, [
    bench,
    '--sizes',
    '1,2,4',
    '--items',
    '4',
    '--runs',
    '2',
    '--naive',
    '2',
  ])
  const lines = stdout.trim().split('\n')
  assert.match(lines[1] ?? '', / 1 playlists: loop and next change p50 [\d.]+ ms, .*minute by minute \d+ ms$/)
  assert.match(lines[3] ?? '', / 4 playlists: .*not tried$/)
  assert.match(lines[4] ?? '', /to the power of -?\d+\.\d\d/)
})
