import { test } from 'node:test'
import { makeMdns } from '../../main/adapters/mdns.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { announcePage } from '../../main/adapters/technician-mdns.ts'
import { hasMulticast } from '../neighbours/multicast.ts'
import { eventually } from '../support/player-rig.ts'

test('the page is found by its name on the local network, and takes its leave', async (context) => {
  if (!(await hasMulticast())) return context.skip('there is no multicast on this machine')
  const mdns = makeMdns({ interface: '127.0.0.1', bind: '0.0.0.0' })
  context.after(() => mdns.destroy())
  const host = `plazacast-test-${process.pid}`
  const heard: string[] = []
  mdns.on('response', ({ answers = [] }) => {
    for (const answer of answers) {
      if (answer.type === 'A' && answer.name === `${host}.local`) heard.push(`${answer.data} ${answer.ttl}`)
      if (answer.type === 'SRV' && answer.name === `${host}._plazacast-page._tcp.local`)
        heard.push(`${answer.data.target}:${answer.data.port}`)
    }
  })
  const stop = announcePage(systemClock, { host, playerId: 'test', port: 8420, secure: true, address: '127.0.0.1' })
  context.after(stop)
  const announced = () => heard.filter((one) => one === `${host}.local:8420`).length
  await eventually('it announces itself, and once more', () => announced() > 1, 20_000)
  heard.length = 0
  mdns.query([{ name: `${host}.local`, type: 'A' }])
  await eventually('it answers by its name', () => heard.includes('127.0.0.1 150'), 20_000)
  stop()
  await eventually('it says farewell', () => heard.includes('127.0.0.1 0'), 20_000)
})
