import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { wantsSupervisor } from '../../main/supervisor.ts'
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

test('a player is watched over unless systemd does it, it is already, or somebody said no', () => {
  assert.equal(wantsSupervisor([], {}), true)
  assert.equal(wantsSupervisor(['--host', 'chromium'], { PLAZACAST_SUPERVISE: '1' }), true)
  assert.equal(wantsSupervisor(['--supervised'], { PLAZACAST_SUPERVISE: '0' }), true)
  assert.equal(wantsSupervisor(['--no-supervised'], {}), false)
  assert.equal(wantsSupervisor(['--help'], {}), false)
  assert.equal(wantsSupervisor([], { PLAZACAST_SUPERVISE: 'no' }), false)
  assert.equal(wantsSupervisor([], { NOTIFY_SOCKET: '/run/systemd/notify' }), false)
  assert.equal(wantsSupervisor([], { PLAZACAST_SUPERVISED: '1' }), false)
})

test('a command line that is not understood is told once and not tried again', async () => {
  const { NOTIFY_SOCKET: _, PLAZACAST_SUPERVISED: __, PLAZACAST_SUPERVISE: ___, ...env } = process.env
  const player = join(import.meta.dirname, '../../main/kiosk-program.ts')
  const run = spawn(process.execPath, [player, '--nonsense'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  run.stderr.on('data', (text) => {
    said += String(text)
  })
  assert.deepEqual(await once(run, 'close'), [2, null])
  assert.equal(said.match(/unknown option/g)?.length, 1, said)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
