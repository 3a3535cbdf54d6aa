import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import makeMdns from 'multicast-dns'
import { readTextEntries, serviceType, textEntries } from '../../shared/neighbours/announcement.ts'
import { isNearAddress } from '../../shared/neighbours/near-address.ts'
import type { Heard } from '../../shared/neighbours/neighbour-table.ts'
import type { Announced, Discovery } from '../app/neighbour-ports.ts'
import type { Clock, Random, Undo } from '../app/ports.ts'

export type MdnsOptions = {
  readonly clock: Clock
  readonly random: Random
  /** The one address of this machine whose network is used; without it every private network, as they come and go. */
  readonly listen?: string | undefined
  /** This machine's addresses on private networks, now; they are asked for every ten seconds. */
  readonly addresses?: () => readonly string[]
  /** Another group than that of multicast DNS, for a network of its own. */
  readonly group?: Group
}
type Group = { readonly ip: string; readonly port: number }

/** The packet layer, for other announcements; a socket of its own for each call. */
export { makeMdns }

type Mdns = ReturnType<typeof makeMdns>
type Packet = { readonly answers?: Records | undefined; readonly additionals?: Records | undefined }
type Records = Parameters<Mdns['respond']>[0] extends infer Sent ? Extract<Sent, readonly unknown[]> : never

const lookEveryMs = 10_000
const announceEveryMs = 60_000
const lifeSeconds = 150
/** More packets in a second are a flood: they are not listened to for a while. */
const floodPackets = 500
const deafMs = 30_000
const mdnsGroup: Group = { ip: '224.0.0.251', port: 5353 }

/**
 * Finds players by multicast DNS and DNS-SD (RFC 6762 and 6763), on IPv4. The instance is named by lot at each start, so there is
 * no name to be probed for or defended. A neighbour's address is the one its announcement came from, whatever is written in it:
 * nobody can send a street of players to a third machine.
 */
export const mdnsDiscovery =
  ({ clock, random, listen, addresses: nearby = nearAddresses, group = mdnsGroup }: MdnsOptions): Discovery =>
  (own, heard) => {
    const instance = `${randomBytes(8).toString('hex')}.${serviceType}`
    const open = new Map<string, Undo>()
    let disarm: Undo = () => {}
    function look(): void {
      const addresses = listen === undefined ? nearby() : [listen]
      for (const [address, close] of open) {
        if (addresses.includes(address)) continue
        close()
        open.delete(address)
      }
      for (const address of addresses) {
        if (open.has(address)) continue
        const again = () => open.delete(address) // at the next look
        open.set(address, openOn({ clock, random, group, address, instance, own, heard, ended: again }))
      }
      disarm = clock.after(lookEveryMs, look)
    }
    look()
    return () => {
      disarm()
      for (const close of open.values()) close()
    }
  }

/** This machine's IPv4 addresses on local networks. */
export function nearAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all
    .filter((one) => one.family === 'IPv4' && !one.internal && isNearAddress(one.address))
    .map((one) => one.address)
}

type OneNetwork = {
  readonly clock: Clock
  readonly random: Random
  readonly group: Group
  readonly address: string
  readonly instance: string
  readonly own: Announced
  readonly heard: (heard: Heard) => void
  readonly ended: () => void
}

/** One network, until it is closed or breaks. */
function openOn({ clock, random, group, address, instance, own, heard, ended }: OneNetwork): Undo {
  const mdns = makeMdns({ ...group, interface: address, bind: '0.0.0.0' })
  const timers = new Set<Undo>()
  let closed = false
  let hear: Undo = () => {}
  let answering = false
  let inSecond = 0
  let secondAt = clock.monotonicMs()

  function later(ms: number, run: () => void): void {
    const undo = clock.after(ms, () => {
      timers.delete(undo)
      run()
    })
    timers.add(undo)
  }
  function close(): void {
    hear()
    if (closed) return
    closed = true
    for (const undo of timers) undo()
    mdns.respond(recordsOf(own, instance, address, 0), () => mdns.destroy())
  }
  function breakOff(deaf: number): void {
    if (closed) return
    close()
    hear = clock.after(deaf, ended)
  }
  function count(): void {
    const nowMs = clock.monotonicMs()
    if (nowMs - secondAt >= 1000) {
      secondAt = nowMs
      inSecond = 0
    }
    inSecond += 1
    if (inSecond > floodPackets) breakOff(deafMs)
  }
  function announce(): void {
    mdns.respond(recordsOf(own, instance, address, lifeSeconds))
  }
  function repeat(): void {
    announce()
    later(announceEveryMs * (0.8 + 0.4 * random()), repeat)
  }

  mdns.on('error', () => breakOff(0)) // the port is not to be had, or the interface has gone: it is looked for again
  mdns.on('warning', count) // what cannot be read, and networks that come and go
  mdns.on('query', ({ questions = [] }) => {
    count()
    if (answering || closed || !questions.slice(0, 16).some(({ name }) => name === serviceType)) return
    answering = true // at most once a second (RFC 6762, 6)
    later(20 + random() * 100, announce)
    later(1000, () => {
      answering = false
    })
  })
  mdns.on('response', (packet, sender) => {
    count()
    if (closed || sender.port !== group.port) return
    for (const one of readAnnouncements(packet, instance, own.fleet)) heard({ ...one, address: sender.address })
  })
  mdns.on('ready', () => {
    mdns.query([{ name: serviceType, type: 'PTR' }])
    announce()
    later(1000, repeat)
  })
  return close
}

function recordsOf(own: Announced, instance: string, address: string, ttl: number): Records {
  const host = `${instance.split('.')[0]}.local`
  const data = textEntries({ v: '1', id: own.id, fleet: own.fleet })
  return [
    { type: 'PTR', name: serviceType, ttl, data: instance },
    { type: 'SRV', name: instance, ttl, flush: true, data: { port: own.port, target: host, priority: 0, weight: 0 } },
    { type: 'TXT', name: instance, ttl, flush: true, data },
    { type: 'A', name: host, ttl, flush: true, data: address },
  ]
}

/** The players of this fleet in a packet. What a player says of itself is always together in one. */
function readAnnouncements(
  { answers = [], additionals = [] }: Packet,
  own: string,
  fleet: string,
): Omit<Heard, 'address'>[] {
  const records = [...answers, ...additionals].slice(0, 32)
  return records.flatMap((record) => {
    if (record.type !== 'SRV' || record.name === own || !record.name.endsWith(`.${serviceType}`)) return []
    const text = records.find((other) => other.type === 'TXT' && other.name === record.name)
    const said = text?.type === 'TXT' ? readTextEntries(entriesOf(text.data)) : undefined
    if (said?.fleet !== fleet) return []
    return [{ id: said.id, port: record.data.port, lifeSeconds: record.ttl ?? 0 }]
  })
}

const entriesOf = (data: string | Buffer | readonly (string | Buffer)[]): string[] =>
  (Array.isArray(data) ? data : [data]).map((one: string | Buffer) => one.toString())
