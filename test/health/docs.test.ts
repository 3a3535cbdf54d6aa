import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reasonCodes } from '../../shared/health/codes.ts'
import { eventCodes } from '../../shared/reports/event.ts'
import { eventSaid } from '../../shared/reports/event-sentence.ts'
import { eventTexts } from '../../shared/reports/event-texts.ts'
import { namesIn } from '../../shared/texts/bilingual.ts'

test('the documents name every reason of health with the verdict that it leads to, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../assets/docs/health.md'), 'utf8')
  const [, codes = ''] = text.split('## Codes')
  const rows = [...(codes.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm)]
  const named = Object.fromEntries(rows.map(([, code, verdict]) => [code, verdict === 'none' ? 'info' : verdict]))
  assert.deepEqual(named, reasonCodes)
})

test('the documents name every event with its severity and what it says in both languages, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../assets/docs/events.md'), 'utf8')
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  const expected = Object.entries(eventTexts).map(
    ([code, { title, sentence }]) => `${code} ${title.en}<br>${title.zh} ${sentence.en}<br>${sentence.zh}`,
  )
  const named = rows.map((row) => row.split(' | ').map((cell) => cell.replaceAll(/^\| `|`$| \|$/g, '')))
  assert.deepEqual(
    named.map(([code, _severity, title, sentence]) => `${code} ${title} ${sentence}`).toSorted(),
    expected.toSorted(),
  )
  const severities = named.map(([code = '', severity]) => [code, severity])
  assert.deepEqual(Object.fromEntries(severities), eventCodes)
})

test('what an event says has the same values in both languages, and can be filled in with or without them', () => {
  for (const [code, { sentence }] of Object.entries(eventTexts)) {
    const names = namesIn(sentence.en)
    assert.deepEqual([...new Set(namesIn(sentence.zh))].toSorted(), [...new Set(names)].toSorted(), code)
    const about = Object.fromEntries(names.map((name) => [name, name.endsWith('Bytes') ? 1_500_000 : 'starting']))
    for (const said of [eventSaid(code, about), eventSaid(code, {})])
      for (const text of Object.values(said?.sentence ?? {})) assert.doesNotMatch(text, /[[\]{}]|undefined/, code)
    assert.match(eventSaid(code, about)?.sentence.zh ?? '', /\p{Script=Han}/u)
    assert.doesNotMatch(Object.values(eventSaid(code, about)?.sentence ?? {}).join(' '), /…/, code)
  }
})
