import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { sendSignal } from '../support/processes.ts'

const program = join(import.meta.dirname, 'supervised-program.ts')

test('a player is started again when it is killed and when it hangs, and ends with its supervisor', async (context) => {
  const supervisor = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const children: number[] = []
  context.after(() => {
    supervisor.kill('SIGKILL')
    for (const pid of children) sendSignal(pid, 'SIGKILL')
  })
  const lines = createInterface({ input: supervisor.stdout })
  const nextChild = async (): Promise<number> => {
    const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(30_000) })
    const pid = Number(/child (\d+)/.exec(String(line))?.[1])
    children.push(pid)
    return pid
  }
  const first = await nextChild()
  const afterKill = nextChild()
  process.kill(first, 'SIGKILL')
  const second = await afterKill
  assert.notEqual(second, first)
  const afterHang = nextChild()
  process.kill(second, 'SIGSTOP')
  const third = await afterHang
  assert.equal(isRunning(second), false)
  const ended = once(supervisor, 'exit')
  supervisor.kill('SIGTERM')
  assert.deepEqual(await ended, [7, null])
  assert.equal(isRunning(third), false)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
