import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../cache/rig.ts'
import { hasMulticast } from './multicast.ts'
import { fleet } from './street.ts'

function startPlayer(t: TestContext, id: string, itsFleet: string, port: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'mdns-player.ts'), id, itsFleet, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  child.stdout.on('data', (text: Buffer) => lines.push(...text.toString().trim().split('\n')))
  t.after(() => void child.kill())
  return { lines, leave: () => void child.stdin.end() }
}

test('two processes of one fleet find each other by multicast DNS, and one hears when the other leaves', async (t) => {
  if (!(await hasMulticast())) return t.skip('there is no multicast on this machine')
  const first = startPlayer(t, 'first', fleet, 4001)
  const second = startPlayer(t, 'second', fleet, 4002)
  const stranger = startPlayer(t, 'stranger', 'f'.repeat(32), 4003)
  await until('the first hears the second', () => first.lines.includes('here second 4002'))
  await until('the second hears the first', () => second.lines.includes('here first 4001'))
  second.leave()
  await until('the first hears the farewell', () => first.lines.includes('gone second 4002'))
  assert.deepEqual(
    [...first.lines, ...second.lines].filter((line) => line.includes('stranger')),
    [],
  )
  assert.deepEqual(stranger.lines, [])
})
