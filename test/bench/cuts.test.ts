import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const bench = join(import.meta.dirname, 'cuts.ts')

test('the bench measures a real rival on a real display and gives its figures as JSON', async () => {
  const options = ['--cuts', '2', '--only', 'b', '--pairs', 'photo', '--size', '640x360', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [bench, ...options])
  const { rows, cuts } = JSON.parse(stdout)
  assert.deepEqual(
    rows.map((row: { pair: string }) => row.pair),
    ['photo→video', 'video→photo'],
  )
  assert.ok(cuts.length >= 4, `${cuts.length} cuts`)
  for (const row of rows) assert.ok(row.cuts + row.unjudged >= 2 && !row.stalled)
})

test('an option that the bench does not know is named', async () => {
  const wrong = promisify(execFile)(process.execPath, [bench, '--only', 'vlc'])
  await assert.rejects(wrong, /vlc is none of plazacast, a, b, c, floor/)
})
