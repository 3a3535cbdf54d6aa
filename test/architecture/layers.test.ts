import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')

/** Every import of every source file: whole text of the specifier, file and folder by path from the root. */
type Import = { readonly from: string; readonly what: string }

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'/gm)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const local = specifier.startsWith('.')
    return { from: file, what: local ? relative(root, resolve(root, dirname(file), specifier)) : specifier }
  })
}

const importsBelow = (folder: string): Import[] => sourcesBelow(folder).flatMap(importsOf)
const isLocal = (what: string): boolean => /^(shared|main|renderer|assets|build|test|package\.json)(\/|$)/.test(what)
const packageOf = (what: string): string =>
  what
    .split('/')
    .slice(0, what.startsWith('@') ? 2 : 1)
    .join('/')
const text = (imports: readonly Import[]): string[] => imports.map(({ from, what }) => `${from} imports ${what}`)

test('shared/ imports only shared/ and pure libraries', () => {
  const pure = ['zod', 'jose', 'temporal-polyfill', 'suncalc', 'canonicalize']
  const wrong = importsBelow('shared').filter(({ what }) =>
    isLocal(what) ? !what.startsWith('shared/') : !pure.includes(packageOf(what)),
  )
  assert.deepEqual(text(wrong), [])
})

test('the shared/ layer is read by this test', () => {
  assert.ok(importsBelow('shared').some(({ what }) => what === 'zod'))
  assert.ok(importsBelow('main').some(({ what }) => what.startsWith('node:')))
})

test('shared/ asks no clock and no chance', () => {
  const wrong = sourcesBelow('shared').filter((file) =>
    /\bDate\.now\(|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|Temporal\.Now/.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  )
  assert.deepEqual(wrong, [])
})

test('main/ imports no page and the page imports no main', () => {
  assert.deepEqual(
    text(importsBelow('main').filter(({ what }) => what.startsWith('renderer/') || what.startsWith('test/'))),
    [],
  )
  const outside = importsBelow('renderer').filter(
    ({ what }) => /^(main|test|build)\//.test(what) || what.startsWith('node:'),
  )
  assert.deepEqual(text(outside), [])
})

test('main/app/ reaches outside things only through ports', () => {
  const wrong = importsBelow('main/app').filter(({ what }) =>
    isLocal(what)
      ? /^main\/(adapters|hosts|operator)\//.test(what) && what !== 'main/hosts/host.ts' // the port itself
      : !['node:path', 'zod'].includes(what),
  )
  assert.deepEqual(text(wrong), [])
})

test('each outside package of main/ is imported by one file', () => {
  const everywhere = new Set(['zod'])
  const byPackage = new Map<string, Set<string>>()
  for (const { from, what } of importsBelow('main')) {
    if (isLocal(what) || what.startsWith('node:') || everywhere.has(packageOf(what))) continue
    byPackage.set(packageOf(what), (byPackage.get(packageOf(what)) ?? new Set()).add(from))
  }
  const shared = [...byPackage].filter(([name, files]) => files.size > 1 && !['electron', 'mqtt'].includes(name))
  assert.deepEqual(
    shared.map(([name, files]) => `${name}: ${[...files].join(', ')}`),
    [],
  )
})

test('SQL is written only in main/sqlite', () => {
  const wrong = [...sourcesBelow('main'), ...sourcesBelow('renderer'), ...sourcesBelow('shared')].filter(
    (file) =>
      !file.startsWith('main/sqlite/') &&
      /\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|DELETE FROM|CREATE TABLE)\b/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
  )
  assert.deepEqual(wrong, [])
})
