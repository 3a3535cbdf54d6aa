import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { startDisplay } from './display.ts'
import { eventually } from './eventually.ts'

test('two displays at a time have different numbers, and are gone when stopped', async () => {
  const [one, two] = await Promise.all([
    startDisplay({ width: 320, height: 240 }),
    startDisplay({ width: 320, height: 240 }),
  ])
  assert.notEqual(one.display, two.display)
  assert.ok(existsSync(socketOf(one.display)))
  await Promise.all([one.stop(), two.stop()])
  assert.ok(!existsSync(socketOf(one.display)))
  assert.ok(!existsSync(socketOf(two.display)))
})

test('a display does not outlive a process that is killed', async () => {
  const script = `const { startDisplay } = await import(${JSON.stringify(import.meta.resolve('./display.ts'))})
    console.log((await startDisplay({ width: 320, height: 240 })).display)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const display = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  assert.ok(existsSync(socketOf(display)))
  child.kill('SIGKILL')
  await eventually('its socket is gone', () => !existsSync(socketOf(display)))
})

function socketOf(display: string): string {
  return `/tmp/.X11-unix/X${display.slice(1)}`
}
