import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { promisify } from 'node:util'
import type { Machine } from '../../shared/clock/trusted-time.ts'

const run = promisify(execFile)
const patienceMs = 5_000

/**
 * Whether the system's clock is kept right by NTP or PTP, as the kernel (through systemd), chrony, ntpd or Windows say. Where
 * none of them can be asked, it is not known to be, so: false. `timedatectl` reads the kernel's own flag, which a clock that
 * is set by hand loses.
 */
export async function isSystemClockSynchronized(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform === 'win32') return isWindowsSynchronized(await said('w32tm', ['/query', '/status']))
  const kernel = (await said('timedatectl', ['show', '--property=NTPSynchronized', '--value']))?.trim()
  if (kernel === 'yes') return true
  const chrony = await said('chronyc', ['-c', 'tracking'])
  if (chrony !== undefined) return isChronySynchronized(chrony)
  if (kernel === 'no') return false
  const ntpd = await said('ntpq', ['-c', 'rv 0 leap'])
  if (ntpd !== undefined) return /leap=(00|01|10)\b/.test(ntpd)
  return existsSync('/run/systemd/timesync/synchronized')
}

/** The last field of `chronyc -c tracking` is the leap status in words. */
export const isChronySynchronized = (answer: string): boolean =>
  /,(Normal|Insert second|Delete second)\s*$/.test(answer)

/** The first line is the leap indicator, 3 when there is no source; its words are in the system's language. */
export const isWindowsSynchronized = (answer: string | undefined): boolean =>
  answer !== undefined && /^[^\n]*:\s*[012]\(/.test(answer.trimStart())

async function said(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, [...args], { timeout: patienceMs, windowsHide: true })).stdout
  } catch {
    return undefined // not installed, or there is nobody it could ask
  }
}

/** Which run of the machine this is, and whether a clock on a battery goes on while it is off. */
export function thisMachine(): Machine {
  const boot = read('/proc/sys/kernel/random/boot_id')
  const keepsTime = process.platform !== 'linux' || read('/sys/class/rtc/rtc0/since_epoch') !== undefined
  return { boot, bootMs: boot === undefined ? uptime() * 1000 : Number(process.hrtime.bigint()) / 1e6, keepsTime }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined // another system, or a machine without such a clock
  }
}
