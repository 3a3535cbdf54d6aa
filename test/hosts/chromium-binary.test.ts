import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findChromium } from '../../main/hosts/chromium-binary.ts'

test('the browser that PLAZACAST_CHROMIUM names is taken before any other', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-browser-'))
  context.after(() => rm(folder, { recursive: true }))
  const program = join(folder, 'browser')
  await writeFile(program, '#!/bin/sh\n')
  await chmod(program, 0o755)
  assert.equal(findChromium({ PLAZACAST_CHROMIUM: program }, 'linux'), program)
})

test('a name that leads nowhere is said, and no other browser is taken in its place', () => {
  assert.throws(() => findChromium({ PLAZACAST_CHROMIUM: '/nowhere/chromium' }, 'linux'), /\/nowhere\/chromium/)
})

test('without any browser the message is the command that installs one', () => {
  assert.throws(() => findChromium({ HOME: '/nowhere' }, 'darwin'), /brew install --cask chromium/)
  assert.throws(() => findChromium({}, 'win32'), /winget install/)
})
