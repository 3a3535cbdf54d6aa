import type { z } from 'zod'
import { pathOf } from '../documents/refusal.ts'
import { nearest } from './nearest.ts'

/** Something wrong in what an operator wrote: the place as a path into the file, and a sentence. */
export type Mistake = { readonly path: readonly PropertyKey[]; readonly message: string; readonly at: 'key' | 'value' }

/** A mistake with its place in the text; line and column count from 1. */
export type PlacedMistake = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly field: string
  readonly message: string
}

/** `playlist.yaml:12:14: items[2].seconds: expected a positive number, got "ten"` */
export function mistakeLine({ file, line, column, field, message }: PlacedMistake): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}${message}`
}

/**
 * Everything a schema objects to, in sentences. The schema must have been asked with `reportInput: true`, so that what
 * was written can be repeated. `namesAt` gives the field names that may stand at a place.
 */
export function mistakesOf(error: z.ZodError, namesAt: (path: readonly PropertyKey[]) => readonly string[]): Mistake[] {
  return error.issues.flatMap((issue) => mistakesOfIssue(issue, namesAt))
}

type Issue = z.core.$ZodIssue

function mistakesOfIssue(issue: Issue, namesAt: (path: readonly PropertyKey[]) => readonly string[]): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: unknownField(key, namesAt(issue.path)),
      at: 'key',
    }))
  }
  const inner = issue.code === 'invalid_union' ? likeliestBranch(issue) : undefined
  if (inner) {
    return inner.flatMap((one) => mistakesOfIssue({ ...one, path: [...issue.path, ...one.path] } as Issue, namesAt))
  }
  if (issue.code === 'invalid_key') {
    return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message, at: 'key' }]
  }
  return [{ path: issue.path, message: sentenceOf(issue), at: 'value' }]
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = nearest(key, known)
  return meant ? `is not a field here; did you mean ${meant}?` : `is not a field here; there are ${known.join(', ')}`
}

/** Of a union with one branch for objects: what is wrong in it, when an object was written. */
function likeliestBranch(issue: Extract<Issue, { code: 'invalid_union' }>): Issue[] | undefined {
  if (typeof issue.input !== 'object' || issue.input === null) return undefined
  return issue.errors.find(
    (branch) => branch.length > 0 && branch.every((one) => one.path.length > 0 || isAboutKeys(one)),
  )
}

const isAboutKeys = (issue: Issue): boolean => issue.code === 'unrecognized_keys'

function sentenceOf(issue: Issue): string {
  if (issue.input === undefined && issue.code !== 'custom') {
    return issue.code === 'invalid_type' ? `is missing; ${expectation(issue)}` : `is missing; ${issue.message}`
  }
  const sentence = expectation(issue)
  if (issue.code === 'custom') return sentence
  return `${sentence}${written(issue.input)}${hint(issue)}`
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields with values',
  record: 'texts by language, such as en: Hello',
}

function expectation(issue: Issue): string {
  if (!issue.message.startsWith('Invalid ') && !issue.message.startsWith('Too ')) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${plainTypes[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(', ')}`.replace(/, ([^,]*)$/, ' or $1')
    case 'invalid_format':
      return `expected ${formats[issue.format] ?? issue.format}`
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'too_small':
      return `expected at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`
    default:
      return issue.message
  }
}

const formats: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-11-30',
  datetime: 'an instant such as 2026-11-30T08:00:00Z',
  url: 'an http or https address',
}

/** What was written, for `, got …`; lists and fields can be seen in the file. */
function written(input: unknown): string {
  if (Array.isArray(input)) return ', got a list'
  if (typeof input === 'object' && input !== null) return ''
  const text = JSON.stringify(input) ?? String(input)
  return `, got ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`
}

function hint(issue: Issue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return ''
  const meant = nearest(issue.input, issue.values.map(String))
  return meant ? `; did you mean ${meant}?` : ''
}

/** The mistake at its place in the text. */
export const placed = (file: string, mistake: Mistake, line: number, column: number): PlacedMistake => ({
  file,
  line,
  column,
  field: pathOf(mistake.path),
  message: mistake.message,
})
