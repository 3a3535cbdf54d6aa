import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { HostOptions } from '../../main/hosts/host.ts'
import { type Display, startDisplay } from '../support/display.ts'
import { type DrivenHost, type DriverCommand, startDrivenHost } from '../support/driven-host.ts'
import { type PageServer, startPageServer } from '../support/page-server.ts'

/** Where hosts are tried: a real display, a server with pages, and a folder; all but `start` are there when tests run. */
export type HostSetting = {
  /** Starts a host, on a display of its own if it is given one; it is stopped after the tests. */
  start(on?: Display, more?: Partial<HostOptions>): Promise<DrivenHost>
  readonly server: () => PageServer
  /** The folder with the profiles. */
  readonly folder: () => string
}

/** Sets everything up before the tests of a file, and takes it down after them. */
export function setHosts(command: () => Promise<DriverCommand>): HostSetting {
  let display: Display
  let server: PageServer
  let folder: string
  let count = 0
  const running: DrivenHost[] = []
  const start = async (on: Display = display, more: Partial<HostOptions> = {}): Promise<DrivenHost> => {
    count += 1
    const profileDir = join(folder, `profile-${count}`)
    const options = { address: server.address, profileDir, headless: false, size: undefined, standBy: false, ...more }
    const host = await startDrivenHost(await command(), options, on.display)
    running.push(host)
    return host
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plazacast-host-'))
    server = await startPageServer()
    display = await startDisplay({ width: 1280, height: 720 })
  })
  after(async () => {
    await Promise.all(running.map((host) => host.stop()))
    await display?.stop()
    await server?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return { start, server: () => server, folder: () => folder }
}

/** Looks again and again until there is something, for at most 20 s. */
export async function eventually<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    const found = look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${what}: not within 20 s`)
}
