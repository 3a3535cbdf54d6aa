import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Whether this machine lets a process send to the mDNS group and hear itself. */
export async function hasMulticast(): Promise<boolean> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(5353, '0.0.0.0')
    await once(socket, 'listening')
    socket.addMembership('224.0.0.251', '127.0.0.1')
    socket.setMulticastInterface('127.0.0.1')
    const heard = once(socket, 'message', { signal: AbortSignal.timeout(3000) })
    socket.send('hello', 5353, '224.0.0.251')
    await heard
    return true
  } catch {
    return false // the test says that it is skipped
  } finally {
    socket.close()
  }
}
