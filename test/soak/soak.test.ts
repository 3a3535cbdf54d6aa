import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parts } from './memory.ts'
import { toReport } from './report.ts'
import { soak } from './soak.ts'

test('a short soak changes items of every kind, sees each process and heap, and gives its figures', async (context) => {
  const result = await soak({ host: 'chromium', until: { changes: 24 }, sampleEvery: 2 }, context, () => {})
  assert.ok(result.seen.size >= 11, `items seen: ${[...result.seen.keys()]}`)
  const last = result.samples.at(-1)?.memory ?? {}
  assert.deepEqual(
    parts.filter((part) => !((last[part] ?? 0) > 0)),
    [],
  )
  assert.match(toReport(result, { warmUp: 0.1, boundKib: 1 }), /page .* KiB a change/)
})
