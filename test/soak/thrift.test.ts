import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { thriftyEnvironment } from '../../main/adapters/supervised.ts'

const program = fileURLToPath(new URL('../recovery/supervised-program.ts', import.meta.url))

test('a player that is watched over is told to keep its memory small, unless somebody has said otherwise', async (context) => {
  if (process.platform !== 'linux') return context.skip('there is no /proc')
  const supervisor = spawn(process.execPath, [program], {
    env: { ...process.env, MALLOC_ARENA_MAX: '3' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(supervisor, 'exit')
  context.after(async () => {
    supervisor.kill('SIGTERM')
    await ended
  })
  const [line] = await once(createInterface({ input: supervisor.stdout }), 'line')
  const child = /^child (\d+)$/.exec(String(line))?.[1]
  const of = (name: string) => readFileSync(`/proc/${child}/${name}`, 'utf8').split('\0')
  assert.ok(of('cmdline').includes('--max-semi-space-size=8'))
  assert.ok(of('environ').includes('MALLOC_MMAP_THRESHOLD_=65536'))
  assert.ok(of('environ').includes('MALLOC_ARENA_MAX=3'))
  assert.equal(thriftyEnvironment({}).MALLOC_ARENA_MAX, '2')
})
