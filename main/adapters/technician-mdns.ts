import type { Clock, Undo } from '../app/ports.ts'
import { makeMdns, nearAddresses } from './mdns.ts'

export type PageAnnouncement = {
  /** Without `.local`. */
  readonly host: string
  readonly playerId: string
  readonly port: number
  readonly secure: boolean
  /** The one address of this machine that the page is on; without it, every local network. */
  readonly address: string | undefined
}

const lookEveryMs = 10_000
const announceEveryMs = 60_000
const lifeSeconds = 150
const pageService = '_plazacast-page._tcp.local'

/**
 * Tells the local network by multicast DNS (RFC 6762 and 6763) where the technician's page is: a name of this machine, and the
 * services `_plazacast-page` and `_https` or `_http`. The name holds the player's id, which is one of a kind in its fleet, so it
 * is not probed for. IPv4 only.
 */
export function announcePage(clock: Clock, page: PageAnnouncement): Undo {
  const open = new Map<string, Undo>()
  let disarm: Undo = () => {}
  function look(): void {
    const addresses = page.address === undefined ? nearAddresses() : [page.address]
    for (const [address, close] of open) {
      if (addresses.includes(address)) continue
      close()
      open.delete(address)
    }
    for (const address of addresses) {
      if (!open.has(address))
        open.set(
          address,
          announceOn(clock, page, address, () => void open.delete(address)),
        )
    }
    disarm = clock.after(lookEveryMs, look)
  }
  look()
  return () => {
    disarm()
    for (const close of open.values()) close()
  }
}

function announceOn(clock: Clock, page: PageAnnouncement, address: string, ended: () => void): Undo {
  const mdns = makeMdns({ interface: address, bind: '0.0.0.0' })
  const host = `${page.host}.local`
  const types = [pageService, page.secure ? '_https._tcp.local' : '_http._tcp.local']
  const asked = new Set([host, ...types, ...types.map((type) => `${page.host}.${type}`)])
  let closed = false
  let resting = false
  let again: Undo = () => {}
  let rested: Undo = () => {}

  const records = (ttl: number): Parameters<typeof mdns.respond>[0] => [
    ...types.flatMap((type) => {
      const name = `${page.host}.${type}`
      const target = { port: page.port, target: host, priority: 0, weight: 0 }
      return [
        { type: 'PTR' as const, name: type, ttl, data: name },
        { type: 'SRV' as const, name, ttl, flush: true, data: target },
        { type: 'TXT' as const, name, ttl, flush: true, data: [`id=${page.playerId}`, 'path=/'] },
      ]
    }),
    { type: 'A', name: host, ttl, flush: true, data: address },
  ]
  function close(): void {
    if (closed) return
    closed = true
    again()
    rested()
    mdns.respond(records(0), () => mdns.destroy())
  }
  function repeat(): void {
    mdns.respond(records(lifeSeconds))
    again = clock.after(announceEveryMs, repeat)
  }
  mdns.on('error', () => {
    close() // the port is not to be had, or the interface has gone: it is looked for again
    ended()
  })
  mdns.on('query', ({ questions = [] }) => {
    if (closed || resting || !questions.slice(0, 16).some(({ name }) => asked.has(name.toLowerCase()))) return
    resting = true // at most once a second (RFC 6762, 6)
    rested = clock.after(1000, () => {
      resting = false
    })
    mdns.respond(records(lifeSeconds))
  })
  mdns.on('ready', () => {
    mdns.respond(records(lifeSeconds))
    again = clock.after(1000, repeat)
  })
  return close
}
