import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Host, HostOptions, StartHost } from '../../main/hosts/host.ts'
import { toScreen } from '../../shared/screen/wire.ts'

/** What a driver is told, one JSON text a line. */
const order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('send'), message: toScreen }),
  z.object({ order: z.literal('screenshot') }),
  z.object({ order: z.literal('renew'), reason: z.string() }),
  z.object({ order: z.literal('stop') }),
])
export type DriverOrder = z.infer<typeof order>

/** What a driver tells, one JSON text a line. */
export const driverReport = z.discriminatedUnion('report', [
  z.object({ report: z.literal('started'), name: z.string(), version: z.string() }),
  z.object({ report: z.literal('message'), message: z.unknown() }),
  z.object({ report: z.literal('garbled'), reason: z.string() }),
  z.object({ report: z.literal('gone'), what: z.enum(['page', 'gpu', 'browser']), reason: z.string() }),
  z.object({ report: z.literal('back'), from: z.literal('stand-by').optional() }),
  z.object({ report: z.literal('stands-by') }),
  z.object({ report: z.literal('screenshot'), png: z.string() }),
  z.object({ report: z.literal('stopped') }),
])
export type DriverReport = z.infer<typeof driverReport>

/** Runs a host in this process and puts its port on stdin and stdout, so that one suite can drive every host. */
export async function driveHost(start: StartHost, options: HostOptions, ended: () => void): Promise<void> {
  const report = (what: DriverReport) => process.stdout.write(`${JSON.stringify(what)}\n`)
  const host = await start(options, {
    message: (message) => report({ report: 'message', message }),
    garbled: (reason) => report({ report: 'garbled', reason }),
    gone: (what, reason) => report({ report: 'gone', what, reason }),
    back: (from) => report({ report: 'back', from }),
    standsBy: () => report({ report: 'stands-by' }),
  })
  report({ report: 'started', name: host.name, version: host.version })
  createInterface({ input: process.stdin }).on('line', (line) => {
    void obey(host, order.parse(JSON.parse(line)), report).then((isOver) => isOver && ended())
  })
}

async function obey(host: Host, told: DriverOrder, report: (what: DriverReport) => void): Promise<boolean> {
  if (told.order === 'send') host.send(told.message)
  if (told.order === 'renew') host.renew(told.reason)
  if (told.order === 'screenshot') {
    report({ report: 'screenshot', png: Buffer.from(await host.screenshot()).toString('base64') })
  }
  if (told.order !== 'stop') return false
  await host.stop()
  report({ report: 'stopped' })
  return true
}

/** The options a driver was started with: the one argument it has, as JSON. */
export const driverOptions = (argument: string | undefined): HostOptions => JSON.parse(argument ?? '{}')
