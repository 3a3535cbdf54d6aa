import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../operator/cli.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { observe } from '../support/observer.ts'
import { at, state } from './reports.ts'

test('watch --qr leads a phone to the page of a player, with the fingerprint to compare', async (context) => {
  const broker = await startMosquitto()
  context.after(() => broker.stop())
  const observer = await observe(broker.url)
  context.after(() => observer.stop())
  const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
  const health = { url: 'https://192.168.4.7:8420/', fingerprint }
  const { playerKey: _, ...said } = state
  await observer.publish('plazacast/v1/players/near/state', JSON.stringify({ at, ...said, health }))
  await observer.publish('plazacast/v1/players/without/state', JSON.stringify({ at, ...said }))
  const env = { PLAZACAST_BROKER: broker.url }
  const shown = await runCli(['watch', '--qr', 'near'], env)
  assert.equal(shown.code, 0, shown.stderr)
  const lines = shown.stdout.trimEnd().split('\n')
  const drawn = lines.filter((line) => /^[ █▀▄]+$/.test(line))
  assert.equal(drawn[0]?.length, 29, 'a code of 25 modules and its quiet zone')
  assert.ok(lines.includes(health.url))
  assert.ok(lines.some((line) => line.includes(fingerprint)))
  const json = await runCli(['watch', '--once', '--json'], env)
  const pages = json.stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line).page)
  assert.deepEqual(pages.toSorted(), [health, null].toSorted())
  const none = await runCli(['watch', '--qr', 'without'], env)
  assert.equal(none.code, 1)
  assert.match(none.stderr, /without serves no page for technicians/)
})
