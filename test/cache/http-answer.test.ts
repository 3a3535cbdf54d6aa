import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAnswer, redirectOf, requestHeaders } from '../../shared/cache/http-answer.ts'

const asked = { sizeBytes: 1000, fromByte: 400, validator: '"v1"' }
const part = { 'content-range': 'bytes 400-999/1000', etag: '"v1"' }

test('the rest is asked for with If-Range only if the validator is strong', () => {
  assert.deepEqual(requestHeaders({ ...asked, fromByte: 0 }), { 'accept-encoding': 'identity' })
  assert.deepEqual(requestHeaders(asked), {
    'accept-encoding': 'identity',
    range: 'bytes=400-',
    'if-range': '"v1"',
  })
  assert.equal('if-range' in requestHeaders({ ...asked, validator: 'W/"v1"' }), false)
  assert.equal('if-range' in requestHeaders({ ...asked, validator: null }), false)
})

test('a part is used only from the byte that was asked for, of the size that was signed, in the same version', () => {
  const verdict = (headers: Record<string, string>) => judgeAnswer({ status: 206, headers }, asked).kind
  assert.deepEqual(judgeAnswer({ status: 206, headers: part }, asked), {
    kind: 'body',
    fromByte: 400,
    validator: '"v1"',
  })
  assert.equal(verdict({ 'content-range': 'bytes 400-999/*' }), 'body')
  assert.equal(verdict({ 'content-range': 'bytes 400-599/1000' }), 'body')
  assert.equal(verdict({ 'content-range': 'bytes 0-999/1000' }), 'cannot-resume')
  assert.equal(verdict({ 'content-range': 'bytes 400-1000/*' }), 'cannot-resume')
  assert.equal(verdict({ 'content-range': 'bytes 400-999/1001' }), 'refused')
  assert.equal(verdict({}), 'cannot-resume')
  assert.equal(verdict({ ...part, etag: '"v2"' }), 'cannot-resume')
  assert.equal(verdict({ ...part, 'content-encoding': 'gzip' }), 'refused')
  const packed = { status: 206, headers: { ...part, 'content-encoding': 'gzip' } }
  assert.equal(judgeAnswer(packed, { ...asked, mayBePacked: true }).kind, 'cannot-resume')
})

test('a whole file is used from its beginning, whatever was asked for, unless its size is not the signed one', () => {
  const whole = (headers: Record<string, string>) => judgeAnswer({ status: 200, headers }, asked)
  assert.deepEqual(whole({ 'content-length': '1000', etag: '"v2"' }), { kind: 'body', fromByte: 0, validator: '"v2"' })
  assert.deepEqual(whole({}), { kind: 'body', fromByte: 0, validator: null })
  assert.equal(whole({ 'content-length': '1001' }).kind, 'refused')
  assert.equal(whole({ 'content-length': '999' }).kind, 'refused')
  assert.equal(whole({ 'content-encoding': 'br' }).kind, 'refused')
  assert.equal(whole({ 'content-encoding': 'gzip, gzip' }).kind, 'refused')
  const headers = { 'content-encoding': 'gzip', 'content-length': '77', etag: '"v3"' }
  assert.equal(whole(headers).kind, 'refused', 'what is here already is worth more than one packed answer')
  assert.deepEqual(judgeAnswer({ status: 200, headers }, { ...asked, mayBePacked: true }), {
    kind: 'body',
    fromByte: 0,
    validator: null,
    isPacked: true,
  })
})

test('the date of the last change names a version only when it is a minute old', () => {
  const changed = (date: string) => {
    const headers = { 'last-modified': 'Sun, 22 Nov 2026 07:00:00 GMT', date }
    const verdict = judgeAnswer({ status: 200, headers }, asked)
    return verdict.kind === 'body' ? verdict.validator : undefined
  }
  assert.equal(changed('Sun, 22 Nov 2026 07:00:30 GMT'), null)
  assert.equal(changed('Sun, 22 Nov 2026 07:01:00 GMT'), 'Sun, 22 Nov 2026 07:00:00 GMT')
  assert.equal(changed('gibberish'), null)
})

test('a server that says the rest cannot be had is asked for the whole; other statuses are refusals', () => {
  const verdict = (status: number, fromByte: number) =>
    judgeAnswer({ status, headers: {} }, { ...asked, fromByte }).kind
  assert.equal(verdict(416, 400), 'cannot-resume')
  assert.equal(verdict(416, 0), 'refused')
  for (const status of [100, 204, 304, 401, 404, 500, 503]) assert.equal(verdict(status, 400), 'refused')
})

test('a server may ask to be left alone, in seconds or until a date by its own clock, for a quarter of an hour at most', () => {
  const wait = (headers: Record<string, string>) => {
    const verdict = judgeAnswer({ status: 503, headers }, asked)
    return verdict.kind === 'refused' ? (verdict.retryAfterMs ?? 0) : undefined
  }
  const date = 'Sat, 01 Jan 2000 00:00:00 GMT'
  assert.equal(wait({ 'retry-after': '120' }), 120_000)
  assert.equal(wait({ 'retry-after': 'Sat, 01 Jan 2000 00:01:00 GMT', date }), 60_000)
  assert.equal(wait({ 'retry-after': 'Fri, 31 Dec 1999 00:01:00 GMT', date }), 0)
  assert.equal(wait({ 'retry-after': 'Sat, 01 Jan 2000 00:01:00 GMT' }), 0)
  assert.equal(wait({ 'retry-after': '999999999' }), 900_000)
  for (const nonsense of ['', 'soon', '-5', '1.5e9']) assert.equal(wait({ 'retry-after': nonsense, date }), 0, nonsense)
})

test('a redirect leads to a web address, and never from https to http', () => {
  const resolve = (address: string, base: string) =>
    URL.canParse(address, base) ? new URL(address, base).href : undefined
  const to = (location: string, from = 'https://a.example/x/y') =>
    redirectOf({ status: 302, headers: { location } }, from, resolve)
  assert.deepEqual(to('/z'), { kind: 'follow', url: 'https://a.example/z' })
  assert.deepEqual(to('https://b.example/'), { kind: 'follow', url: 'https://b.example/' })
  assert.deepEqual(to('//b.example/', 'http://a.example/'), { kind: 'follow', url: 'http://b.example/' })
  for (const bad of ['http://a.example/x', 'file:///etc/passwd', 'data:,x', 'https://[']) {
    assert.equal(to(bad)?.kind, 'refused', bad)
  }
  assert.equal(redirectOf({ status: 200, headers: {} }, 'http://a/', resolve), undefined)
})
