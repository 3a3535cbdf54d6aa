import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createConnectorReader } from '../../main/adapters/display-power.ts'
import { createPowerWatch } from '../../main/app/health-power.ts'
import { openDatabase } from '../../main/sqlite/open.ts'

type Context = { after(undo: () => void): void }
const off = { status: 'disconnected', enabled: 'disabled', dpms: 'Off' }
const on = { status: 'connected', enabled: 'enabled', dpms: 'On' }

/** A machine whose connectors are files of the test's, and a player's memory on it. */
function setMachine(context: Context) {
  const sysDir = mkdtempSync(join(tmpdir(), 'plazacast-displays-'))
  context.after(() => rmSync(sysDir, { recursive: true, force: true }))
  const { db, close } = openDatabase(join(sysDir, 'player.db'))
  context.after(close)
  mkdirSync(join(sysDir, 'class/drm/card0'), { recursive: true }) // the card itself is no connector
  const startPlayer = () => createPowerWatch({ db, attempt: (run) => run(), read: createConnectorReader(sysDir) })
  return {
    startPlayer,
    load: (driver: string) => mkdirSync(join(sysDir, 'module', driver), { recursive: true }),
    plug(name: string, words: Partial<typeof on>) {
      const folder = join(sysDir, 'class/drm', name)
      mkdirSync(folder, { recursive: true })
      for (const [file, word] of Object.entries(words)) writeFileSync(join(folder, file), `${word}\n`)
    },
  }
}

async function looks(watch: ReturnType<typeof createPowerWatch>, count: number): Promise<string> {
  for (let look = 0; look < count; look++) await watch.look()
  return watch.power()
}

test('a wall whose display is pulled out, switched off or no longer drawn on is without power, and has it again at once', async (context) => {
  const machine = setMachine(context)
  machine.plug('card0-HDMI-A-1', on)
  machine.plug('card0-DP-1', off)
  const watch = machine.startPlayer()
  assert.equal(await looks(watch, 1), 'on')
  for (const wrong of [{ status: 'disconnected' }, { dpms: 'Off' }, { enabled: 'disabled' }]) {
    machine.plug('card0-HDMI-A-1', { ...on, ...wrong })
    assert.equal(await looks(watch, 1), 'on', 'a single look is no proof')
    assert.equal(await looks(watch, 1), 'off')
    machine.plug('card0-HDMI-A-1', on)
    assert.equal(await looks(watch, 1), 'on')
  }
})

test('one display of several that is on is enough, and one that cannot tell whether it is plugged in counts while it is drawn on', async (context) => {
  const machine = setMachine(context)
  machine.plug('card0-HDMI-A-1', on)
  machine.plug('card1-VGA-1', { ...on, status: 'unknown' })
  const watch = machine.startPlayer()
  await looks(watch, 1)
  machine.plug('card0-HDMI-A-1', off)
  assert.equal(await looks(watch, 5), 'on')
})

test('a machine on which no display was ever seen to be on tells nothing; once one was, it does so after a restart too', async (context) => {
  const machine = setMachine(context)
  assert.equal(await looks(machine.startPlayer(), 3), 'unknown', 'without a connector')
  machine.plug('card0-HDMI-A-1', off)
  assert.equal(await looks(machine.startPlayer(), 3), 'unknown')
  machine.plug('card0-HDMI-A-1', on)
  assert.equal(await looks(machine.startPlayer(), 1), 'on')
  machine.plug('card0-HDMI-A-1', off)
  assert.equal(await looks(machine.startPlayer(), 2), 'off')
})

test('nothing is said where NVIDIA’s driver runs, which calls what is on disabled, nor of a connector that cannot be read', async (context) => {
  const machine = setMachine(context)
  machine.plug('card0-HDMI-A-1', on)
  const watch = machine.startPlayer()
  assert.equal(await looks(watch, 1), 'on')
  machine.plug('card0-HDMI-A-1', off)
  machine.plug('card1-DP-1', { status: 'connected' })
  assert.equal(await looks(watch, 3), 'unknown')
  machine.plug('card1-DP-1', off)
  assert.equal(await looks(watch, 2), 'off')
  machine.load('nvidia')
  assert.equal(await looks(watch, 3), 'unknown')
})
