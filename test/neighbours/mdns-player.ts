// Run as a process of its own: a player on 127.0.0.1 that says whom it has found by multicast DNS, until its input ends.
import { mdnsDiscovery } from '../../main/adapters/mdns.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'

const [id = '', fleet = '', port = '0'] = process.argv.slice(2)
const discovery = mdnsDiscovery({ clock: systemClock, random: Math.random, listen: '127.0.0.1' })
const silence = discovery({ id, fleet, port: Number(port) }, (heard) => {
  process.stdout.write(`${heard.lifeSeconds > 0 ? 'here' : 'gone'} ${heard.id} ${heard.port}\n`)
})
process.stdin.on('end', silence).resume()
