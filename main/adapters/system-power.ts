import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Starts the machine anew, by the system's own means and rights; rejects with what the system says against it. */
export async function rebootMachine(): Promise<void> {
  const [program, ...args] = process.platform === 'win32' ? ['shutdown', '/r', '/t', '0'] : ['systemctl', 'reboot']
  await promisify(execFile)(program ?? '', args, { timeout: 30_000 })
}
