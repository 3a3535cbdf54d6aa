import { z } from 'zod'
import { mdnsDiscovery } from '../../main/adapters/mdns.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { Discovery } from '../../main/app/neighbour-ports.ts'
import { assetName } from '../../shared/asset-name.ts'
import { mediaType } from '../../shared/documents/playlist.ts'
import type { Heard } from '../../shared/neighbours/neighbour-table.ts'
import { type StreetPlayer, startStreetPlayer } from '../neighbours/street.ts'

const heard = z.object({ id: z.string(), address: z.string(), port: z.number(), lifeSeconds: z.number() })
const pushed = z.object({ asset: assetName, mediaType, bytes: z.number(), urls: z.array(z.string()) })

/** What the bench tells a process of players. `heard`: what one of them said of itself, where there is no multicast. */
const toStreet = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin'), ids: z.array(z.string()), allowed: z.boolean() }),
  z.object({ kind: z.literal('want'), wanted: z.array(pushed), allowed: z.boolean() }),
  z.object({ kind: z.literal('heard'), heard }),
])
export type ToStreet = z.infer<typeof toStreet>

/** And what it answers. `knows`: the fewest that one of its players knows; `cached`: assets that all of them have. */
export const toBench = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('counts'), knows: z.number(), cached: z.number(), fromOrigin: z.number() }),
  z.object({ kind: z.literal('heard'), heard }),
])

/** Runs some players in this process until the bench leaves it alone. */
export function serveStreet(discoveryName: string): void {
  const say = (message: z.infer<typeof toBench>) => process.connected && process.send?.(message)
  const ears = new Set<(heard: Heard) => void>()
  const told: Discovery = (own, ear) => {
    ears.add(ear)
    say({ kind: 'heard', heard: { id: own.id, address: '127.0.0.1', port: own.port, lifeSeconds: 3600 } })
    return () => void ears.delete(ear)
  }
  const discovery =
    discoveryName === 'told' ? told : mdnsDiscovery({ clock: systemClock, random: Math.random, listen: '127.0.0.1' })
  let street: StreetPlayer[] = []
  const timer = setInterval(() => {
    const cached = street.flatMap((one) => one.cached)
    const fromOrigin = cached.filter(({ from }) => from === undefined).length
    const knows = Math.min(...street.map((one) => one.neighbours.near().length))
    if (street.length > 0) say({ kind: 'counts', knows, cached: cached.length, fromOrigin })
  }, 250)
  process.on('message', (raw) => {
    const message = toStreet.parse(raw)
    if (message.kind === 'heard') for (const ear of ears) ear(message.heard)
    if (message.kind === 'begin') {
      street = message.ids.map((id) => startStreetPlayer(id, { discovery }))
      for (const one of street) one.want([], message.allowed)
    }
    if (message.kind === 'want') {
      const wanted = message.wanted.map((one, order) => ({ ...one, order }))
      for (const one of street) one.want(wanted, message.allowed)
    }
  })
  process.on('disconnect', () => {
    clearInterval(timer)
    void Promise.all(street.map((one) => one.stop())).then(() => process.exit())
  })
}
