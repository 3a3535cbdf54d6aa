import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reasonCodes } from '../../shared/health/codes.ts'

test('the documents name every reason of health with the verdict that it leads to, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../assets/docs/health.md'), 'utf8')
  const [, codes = ''] = text.split('## Codes')
  const rows = [...(codes.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm)]
  const named = Object.fromEntries(rows.map(([, code, verdict]) => [code, verdict === 'none' ? 'info' : verdict]))
  assert.deepEqual(named, reasonCodes)
})
