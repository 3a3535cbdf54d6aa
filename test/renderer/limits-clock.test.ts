import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createScreenDesk } from '../../main/app/screen-desk.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { programmeOf, showingOf } from './showings.ts'

test('a page that begins after the clock was set forward hears how long ago the last showing really was', (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'plazacast-desk-'))
  const { db, close } = openDatabase(join(dir, 'player.db'))
  context.after(() => {
    close()
    rmSync(dir, { recursive: true, force: true })
  })
  const one = showingOf('poster')
  const sent: ToScreen[] = []
  let monotonicMs = 500
  const desk = createScreenDesk({
    db,
    send: (message) => void sent.push(message),
    sent: () => ({ programme: programmeOf(one), mayFinish: [], cutIn: null }),
    showing: () => one,
    playerName: () => 'wall',
    languages: [],
    reporter: { event: () => {}, state: () => {}, repeatState: () => {} } as never,
    changed: () => {},
    monotonicMs: () => monotonicMs,
  })
  const boot = Date.parse('1970-01-01T00:10:00Z')
  const position = { next: {}, turns: {}, starts: { 'players/wall': [boot] } }
  desk.message({ kind: 'shown', at: boot, key: one.key, position, next: null })
  monotonicMs += 30_000
  const now = Date.parse('2026-11-22T10:00:00Z')
  desk.message({ kind: 'hello', at: now })
  const message = sent.at(-1)
  assert.ok(message?.kind === 'programme')
  assert.deepEqual(message.resume?.starts, { 'players/wall': [now - 30_000] })
})
