import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import makeMdns from 'multicast-dns'
import { mdnsDiscovery } from '../../main/adapters/mdns.ts'
import { serviceType } from '../../shared/neighbours/announcement.ts'
import { tickedClock, until } from '../cache/rig.ts'
import { hasMulticast } from './multicast.ts'
import { fleet } from './street.ts'

function startPlayer(t: TestContext, id: string, itsFleet: string, port: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'mdns-player.ts'), id, itsFleet, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  child.stdout.on('data', (text: Buffer) => lines.push(...text.toString().trim().split('\n')))
  t.after(() => void child.kill())
  return { lines, leave: () => void child.stdin.end() }
}

test('two processes of one fleet find each other by multicast DNS, and one hears when the other leaves', async (t) => {
  if (!(await hasMulticast())) return t.skip('there is no multicast on this machine')
  const first = startPlayer(t, 'first', fleet, 4001)
  const second = startPlayer(t, 'second', fleet, 4002)
  const stranger = startPlayer(t, 'stranger', 'f'.repeat(32), 4003)
  await until('the first hears the second', () => first.lines.includes('here second 4002'))
  await until('the second hears the first', () => second.lines.includes('here first 4001'))
  second.leave()
  await until('the first hears the farewell', () => first.lines.includes('gone second 4002'))
  assert.deepEqual(
    [...first.lines, ...second.lines].filter((line) => line.includes('stranger')),
    [],
  )
  assert.deepEqual(stranger.lines, [])
})

/** A network of its own, on which nobody else is disturbed, and somebody who writes down how long each announcement holds. */
function ownNetwork(t: TestContext, port: number) {
  const group = { ip: '224.0.0.251', port }
  const mdns = makeMdns({ ...group, interface: '127.0.0.1', bind: '0.0.0.0' })
  t.after(() => mdns.destroy())
  const lives: number[] = []
  mdns.on('response', ({ answers }) => {
    for (const one of answers ?? []) if (one.type === 'PTR' && one.name === serviceType) lives.push(one.ttl ?? -1)
  })
  return { group, mdns, lives }
}

const own = { id: 'wall', fleet, port: 4004 }

test('a flood makes a player leave the network for a while, and come back', async (t) => {
  if (!(await hasMulticast())) return t.skip('there is no multicast on this machine')
  const { group, mdns } = ownNetwork(t, 5391)
  let joined = 0 // whoever joins a network asks who is there
  mdns.on('query', ({ questions }) => {
    if (questions?.some(({ name }) => name === serviceType)) joined += 1
  })
  const { clock: moving, tick } = tickedClock()
  const clock = { ...moving, monotonicMs: () => 1000 } // on a machine that is busy, a flood takes more than a second
  t.after(mdnsDiscovery({ clock, random: Math.random, listen: '127.0.0.1', group })(own, () => {}))
  await until('it is there', () => joined === 1)
  tick()
  const socket = createSocket('udp4')
  t.after(() => void socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.setMulticastInterface('127.0.0.1')
  const flood = setInterval(() => {
    for (let one = 0; one < 25; one++) socket.send('no packet of DNS', group.port, group.ip)
  }, 5)
  t.after(() => clearInterval(flood))
  await until('it has left and joined again', () => {
    tick()
    return joined > 1
  })
})

test('a network that comes is joined, and one that goes is left with a farewell', async (t) => {
  if (!(await hasMulticast())) return t.skip('there is no multicast on this machine')
  const { group, lives } = ownNetwork(t, 5392)
  const { clock, tick } = tickedClock()
  let here: string[] = []
  const heard: string[] = []
  const hears = () => heard.includes('other')
  const discovery = mdnsDiscovery({ clock, random: Math.random, addresses: () => here, group })
  t.after(discovery(own, ({ id }) => void heard.push(id)))
  const other = mdnsDiscovery({ clock, random: Math.random, listen: '127.0.0.1', group })
  t.after(other({ ...own, id: 'other' }, () => {}))
  await until('the other is there', () => lives.length > 0)
  assert.deepEqual(heard, [])
  for (const network of [['127.0.0.1'], [], ['127.0.0.1']]) {
    here = network
    lives.length = 0
    heard.length = 0
    tick()
    if (network.length === 0) await until('it has said farewell', () => lives.includes(0))
    else {
      await until('it hears the other', () => {
        tick()
        return hears()
      })
    }
  }
})
