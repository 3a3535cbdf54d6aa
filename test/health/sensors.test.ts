import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type NetworkInterfaceInfo, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { encode } from 'jpeg-js'
import { readNetwork } from '../../main/adapters/network-readings.ts'
import { glanceAt } from '../../main/adapters/picture-brightness.ts'
import { createSystemReadings } from '../../main/adapters/system-readings.ts'
import { readings } from '../../shared/health/health.ts'

type Context = { after(undo: () => void): void }

function folderWith(context: Context, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-sensors-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const machine = (sysDir: string, more = {}) => createSystemReadings({ dataDir: tmpdir(), sysDir, ...more })

test('this machine is read as its schema says: CPU after two looks, memory of this process, a volume with room', async (context) => {
  const read = machine(folderWith(context, {}))
  assert.equal((await read()).cpu, null)
  const { systemSeconds, ...second } = await read()
  const parsed = readings.pick({ cpu: true, memory: true, temperatures: true, disk: true, network: true }).parse(second)
  assert.ok(systemSeconds > 0)
  assert.ok(parsed.cpu && parsed.cpu.systemPercent <= 100)
  assert.ok(parsed.memory && parsed.memory.availableBytes < parsed.memory.totalBytes)
  const main = parsed.memory?.processes.find(({ kind }) => kind === 'main')
  assert.ok(main && main.memoryBytes > 10e6 && main.memoryBytes < 2e9)
  for (const { interface: name } of parsed.network) assert.notEqual(name, 'lo')
  assert.ok(parsed.disk && parsed.disk.freeBytes > 0 && parsed.disk.freeBytes <= parsed.disk.totalBytes)
})

test('thermal zones and hardware monitors are read with what they call critical; sensors that read nonsense are left out', async (context) => {
  const sysDir = folderWith(context, {
    'class/thermal/thermal_zone0/type': 'x86_pkg_temp\n',
    'class/thermal/thermal_zone0/temp': '61000\n',
    'class/thermal/thermal_zone0/trip_point_0_type': 'passive\n',
    'class/thermal/thermal_zone0/trip_point_0_temp': '80000\n',
    'class/thermal/thermal_zone0/trip_point_1_type': 'critical\n',
    'class/thermal/thermal_zone0/trip_point_1_temp': '105000\n',
    'class/thermal/thermal_zone1/type': 'acpitz\n',
    'class/thermal/thermal_zone1/temp': '-274000\n',
    'class/thermal/cooling_device0/type': 'Fan\n',
    'class/hwmon/hwmon0/name': 'nvme\n',
    'class/hwmon/hwmon0/temp1_label': 'Composite\n',
    'class/hwmon/hwmon0/temp1_input': '40850\n',
    'class/hwmon/hwmon0/temp1_crit': '84850\n',
    'class/hwmon/hwmon0/temp2_input': 'unplugged\n',
  })
  assert.deepEqual((await machine(sysDir)()).temperatures, [
    { sensor: 'x86_pkg_temp', temperatureCelsius: 61, criticalCelsius: 105 },
    { sensor: 'nvme Composite', temperatureCelsius: 40.85, criticalCelsius: 84.85 },
  ])
})

test('lines to the network are read with their carrier, speed, addresses and errors; the loopback and inner ends are left out', async (context) => {
  const folder = folderWith(context, {
    'class/net/lo/operstate': 'unknown\n',
    'class/net/enp3s0/operstate': 'up\n',
    'class/net/enp3s0/speed': '1000\n',
    'class/net/enp3s0/device/vendor': '0x8086\n',
    'class/net/wlp2s0/operstate': 'down\n',
    'class/net/wlp2s0/speed': '-1\n',
    'class/net/wlp2s0/device/vendor': '0x8086\n',
    'class/net/veth12/operstate': 'up\n',
    'net/dev': [
      'Inter-|   Receive                            |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo: 900 1 0 0 0 0 0 0 900 1 0 0 0 0 0 0',
      'enp3s0: 81200 70 2 0 0 0 0 0 9600 60 1 0 0 0 0 0',
    ].join('\n'),
  })
  const of = (address: string, family: 'IPv4' | 'IPv6') =>
    ({ address, family, internal: false, netmask: '', mac: '', cidr: null, scopeid: 0 }) as NetworkInterfaceInfo
  const addressed = { enp3s0: [of('fe80::1', 'IPv6'), of('2001:db8::4', 'IPv6'), of('192.168.7.4', 'IPv4')] }
  const [wired, wireless, ...more] = await readNetwork(folder, folder, addressed)
  assert.deepEqual(wired, {
    interface: 'enp3s0',
    isUp: true,
    addresses: ['192.168.7.4', '2001:db8::4'],
    megabitsPerSecond: 1000,
    receivedBytes: 81200,
    sentBytes: 9600,
    errors: 3,
  })
  assert.deepEqual([wireless?.interface, wireless?.isUp, wireless?.megabitsPerSecond], ['wlp2s0', false, null])
  assert.deepEqual(more, [])
  const elsewhere = await readNetwork(join(folder, 'none'), join(folder, 'none'), addressed)
  assert.deepEqual([elsewhere[0]?.isUp, elsewhere[0]?.receivedBytes], [true, null])
})

test('the processes of a player are told apart, and strangers and the dead are left out', async (context) => {
  const process = (pid: number, parent: number, command: string, kilobytes: number, state = 'S') => ({
    [`${pid}/stat`]: `${pid} (a (odd) name) ${state} ${parent} 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 1 1 1`,
    [`${pid}/cmdline`]: command.replaceAll(' ', '\0'),
    [`${pid}/smaps_rollup`]: `Rss: 999999 kB\nPss: ${kilobytes} kB\n`,
  })
  const procDir = folderWith(context, {
    stat: 'cpu  100 0 100 800 0 0 0 0 0 0\n',
    meminfo: 'MemTotal:        8000000 kB\nMemAvailable:    3000000 kB\n',
    ...process(10, 1, 'node player', 100),
    ...process(11, 10, 'chromium --remote-debugging-pipe', 200),
    ...process(12, 11, 'chromium --type=zygote', 10),
    ...process(13, 12, 'chromium --type=renderer --x', 300),
    ...process(14, 11, 'chromium --type=gpu-process', 400),
    ...process(15, 11, 'chromium --type=gpu-process', 5, 'Z'),
    ...process(20, 1, 'chromium --type=renderer', 7000),
  })
  const { memory } = await machine(folderWith(context, {}), { procDir, pid: 10 })()
  const told = memory?.processes.map(({ kind, processes, memoryBytes }) => [kind, processes, memoryBytes / 1024])
  const expected = [
    ['main', 1, 100],
    ['browser', 1, 200],
    ['page', 1, 300],
    ['gpu', 1, 400],
    ['other', 1, 10],
  ]
  assert.deepEqual(told, expected)
  assert.equal(memory?.availableBytes, 3000000 * 1024)
})

test('a look tells a black picture from one with a small bright part, and a broken picture from both', async () => {
  const picture = (bright: number) => {
    const data = Buffer.alloc(64 * 36 * 4, 0)
    for (let at = 0; at < 4 * 8; at++) data[at * 4] = bright
    return encode({ width: 64, height: 36, data }, 80).data
  }
  assert.ok((await glanceAt(async () => picture(0))()) <= 2)
  assert.ok((await glanceAt(async () => picture(220))()) > 60)
  await assert.rejects(glanceAt(async () => Buffer.from('no picture'))())
})
