import { readdir, readFile } from 'node:fs/promises'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import type { Readings } from '../../shared/health/health.ts'

type Interface = Readings['network'][number]
type Counters = Pick<Interface, 'receivedBytes' | 'sentBytes' | 'errors'>

const mostInterfaces = 16
const mostAddresses = 4

/**
 * Reads the interfaces of this machine but its loopback: under Linux whether each has a carrier, how fast it is, and what went
 * through it (sysfs-class-net, proc_pid_net(5)); elsewhere only those that have an address, as Node knows no others. What has
 * neither a device nor an address, such as the inner end of a container's line, is left out.
 */
export async function readNetwork(
  procDir: string,
  sysDir: string,
  addressed: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): Promise<Interface[]> {
  const folder = `${sysDir}/class/net`
  const listed = await readdir(folder).catch(() => [])
  const names = listed.length > 0 ? listed : Object.keys(addressed)
  const counters = countersIn(await textIn(`${procDir}/net/dev`))
  const read = await Promise.all(
    names.toSorted().map(async (name): Promise<Interface | undefined> => {
      const own = addressed[name] ?? []
      if (name === 'lo' || own.some(({ internal }) => internal)) return undefined
      const addresses = addressesOf(own)
      const inside = listed.length > 0 ? await readdir(`${folder}/${name}`).catch(() => []) : []
      if (addresses.length === 0 && !inside.includes('device')) return undefined
      const [state, speed] = await Promise.all([
        textIn(`${folder}/${name}/operstate`),
        textIn(`${folder}/${name}/speed`),
      ])
      const megabits = Number(speed)
      return {
        interface: name,
        // Drivers that cannot tell say `unknown`.
        isUp: state === 'up' || (state !== 'down' && addresses.length > 0),
        addresses,
        megabitsPerSecond: speed !== '' && megabits > 0 ? megabits : null,
        ...(counters.get(name) ?? { receivedBytes: null, sentBytes: null, errors: null }),
      }
    }),
  )
  return read.filter((one) => one !== undefined).slice(0, mostInterfaces)
}

/** Those by which somebody else can reach this machine; IPv4 first, as people read it. */
function addressesOf(own: readonly NetworkInterfaceInfo[]): string[] {
  const far = own.filter(({ address }) => !/^fe80:/i.test(address))
  const isOld = ({ family }: NetworkInterfaceInfo) => family === 'IPv4'
  return [...far.filter(isOld), ...far.filter((one) => !isOld(one))].slice(0, mostAddresses).map((one) => one.address)
}

/** `eth0: bytes packets errs … (8 of what came), bytes packets errs … (8 of what went)`. */
function countersIn(text: string): Map<string, Counters> {
  const rows = text.split('\n').map((line) => line.split(':'))
  return new Map(
    rows.flatMap(([name = '', values]) => {
      if (values === undefined) return []
      const amounts = values.trim().split(/\s+/).map(Number)
      const [receivedBytes, sentBytes] = [amounts[0], amounts[8]]
      if (receivedBytes === undefined || sentBytes === undefined) return []
      return [[name.trim(), { receivedBytes, sentBytes, errors: (amounts[2] ?? 0) + (amounts[10] ?? 0) }] as const]
    }),
  )
}

const textIn = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim()
