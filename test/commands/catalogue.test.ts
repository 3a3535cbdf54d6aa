import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { answererOf, askedAnswerTopic, ownAnswerTopic, readAnswer } from '../../shared/commands/answer.ts'
import { commandKinds, readCommand } from '../../shared/commands/catalogue.ts'
import { mayAnswerOn } from '../../shared/intake/command-check.ts'

const documented = readFileSync(join(import.meta.dirname, '../../assets/docs/commands.md'), 'utf8')

test('the documents have every command with its arguments, and no other', () => {
  const table = documented.slice(documented.indexOf('| command |'), documented.indexOf('## Answers'))
  const rows = [...table.matchAll(/^\| `([a-z-]+)` \| ([^|]*) \|/gm)].map(([, name, given]) => [
    name,
    [...(given ?? '').matchAll(/`([a-zA-Z]+)`/g)].map(([, argument]) => argument),
  ])
  const known = Object.entries(commandKinds).map(([name, kind]) => [name, Object.keys(kind.arguments.shape)])
  assert.deepEqual(rows, known)
})

test('every code with which a player answers is in the documents', () => {
  const sources = ['commands', 'commands-page', 'commands-machine', 'commands-wall']
  const text = sources
    .map((name) => readFileSync(join(import.meta.dirname, `../../main/app/${name}.ts`), 'utf8'))
    .join('')
  const used = [...text.matchAll(/CommandFailed\(\s*'([a-z-]+)'/g)].map(([, code]) => code ?? '')
  const codes = [...new Set([...used, 'not-possible', 'unknown-command', 'bad-arguments'])]
  assert.ok(codes.length > 10)
  assert.deepEqual(
    codes.filter((code) => !documented.includes(`\`${code}\``)),
    [],
  )
})

test('a command’s arguments are read, with their defaults, and what is wrong is named', () => {
  const read = readCommand('screenshot', { width: 320 })
  assert.deepEqual(read.ok && read.arguments, { width: 320, quality: 80 })
  for (const [command, given, field] of [
    ['screenshot', { width: 0 }, 'arguments.width'],
    ['screenshot', { quality: '80' }, 'arguments.quality'],
    ['send-logs', { kib: 257 }, 'arguments.kib'],
    ['go-to', {}, 'arguments.item'],
    ['skip', { item: 'a' }, 'arguments.item'],
    ['constructor', {}, 'command'],
  ] as const) {
    const wrong = readCommand(command, given)
    assert.equal(wrong.ok ? undefined : wrong.problem.field, field)
  }
})

test('answers come where a player may write, and say who answered', () => {
  const id = '7c0b3c1e-0d3c-4d1f-9f5d-0a2d1a2b3c4d'
  for (const topic of [ownAnswerTopic('p/v1', 'wall', id), askedAnswerTopic('p/v1', 'wall', id)]) {
    assert.equal(mayAnswerOn(topic, 'p/v1', 'wall'), true)
    assert.equal(answererOf('p/v1', id, topic), 'wall')
    assert.equal(answererOf('p/v1', 'other', topic), undefined)
  }
  assert.equal(answererOf('p/v1', id, `p/v1/players/wall/state/${id}`), undefined)
})

test('an answer is a picture by its bytes, and anything else by its id', () => {
  const json = (value: object) => Buffer.from(JSON.stringify(value))
  assert.deepEqual(readAnswer(Buffer.from([0xff, 0xd8, 0xff]), 'x'), { kind: 'picture', mediaType: 'image/jpeg' })
  assert.deepEqual(readAnswer(json({ id: 'x', ok: true, result: { a: 1 } }), 'x'), { kind: 'done', result: { a: 1 } })
  assert.equal(readAnswer(json({ id: 'y', ok: true, result: {} }), 'x'), undefined)
  assert.equal(readAnswer(Buffer.from('{"id":"x"'), 'x'), undefined)
  assert.deepEqual(readAnswer(json({ id: 'x', progress: { assets: 1 } }), 'x'), {
    kind: 'progress',
    progress: { assets: 1 },
  })
})
