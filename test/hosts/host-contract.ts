import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import type { HostOptions } from '../../main/hosts/host.ts'
import { watchForForeign } from '../oracle/foreign.ts'
import { type Display, startDisplay } from '../support/display.ts'
import { type DrivenHost, type DriverCommand, isMessage, pageRuns, startDrivenHost } from '../support/driven-host.ts'
import { markedProcesses } from '../support/marked-processes.ts'
import { type PageServer, startPageServer } from '../support/page-server.ts'
import { processorTicks, sendSignal } from '../support/processes.ts'

/** What every host must do, driven from outside on a real display. `hasBrowserOfItsOwn`: its browser can die without it. */
export function hostContract(command: () => Promise<DriverCommand>, hasBrowserOfItsOwn: boolean): void {
  let display: Display
  let server: PageServer
  let folder: string
  let count = 0
  const running: DrivenHost[] = []
  const start = async (on: Display = display, more: Partial<HostOptions> = {}): Promise<DrivenHost> => {
    count += 1
    const profileDir = join(folder, `profile-${count}`)
    const options = { address: server.address, profileDir, headless: false, size: undefined, standBy: false, ...more }
    const host = await startDrivenHost(await command(), options, on.display)
    running.push(host)
    return host
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plazacast-host-'))
    server = await startPageServer()
    display = await startDisplay({ width: 1280, height: 720 })
  })
  after(async () => {
    await Promise.all(running.map((host) => host.stop()))
    await display?.stop()
    await server?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  describe('a page that lives', () => {
    let host: DrivenHost
    before(async () => {
      host = await start()
    })

    test('fills the display, whatever its size and though no window manager is there', async () => {
      assert.equal(await host.run('innerWidth + "x" + innerHeight'), '1280x720')
      const picture = PNG.sync.read(await host.screenshot())
      assert.deepEqual([picture.width, picture.height], [1280, 720])
      assert.deepEqual([...picture.data.subarray(0, 3)], [0x00, 0xaa, 0x55])
    })

    test('hears messages in order and is heard in order', async () => {
      const from = host.reports.length
      for (let index = 0; index < 100; index += 1) {
        host.order({ order: 'send', message: { kind: 'skip' } })
      }
      await host.run('for (let at = 0; at < 200; at += 1) plazacast.send({ kind: "hello", at })')
      const messages = host.reports
        .slice(from)
        .flatMap((report) => (report.report === 'message' ? [report.message] : []))
      const skips = messages.filter((message) => JSON.stringify(message).includes('skip'))
      const hellos = messages.flatMap((message) => (isHello(message) ? [message.at] : []))
      assert.equal(skips.length, 100)
      assert.deepEqual(hellos, [...Array(200).keys()])
    })

    test('is not heard when it says what is not of the wire', async () => {
      const from = host.reports.length
      await host.run(`for (const word of [{ kind: 'nonsense' }, { kind: 'beat', at: 'x' }, 'text', undefined, 7, null,
        { kind: 'hello', at: NaN }, { kind: 'hello', at: 1, more: true }]) plazacast.send(word)`)
      const came = host.reports.slice(from).map(({ report }) => report)
      assert.deepEqual(came, [...Array(8).fill('garbled'), 'message'])
    })

    test('has the bridge and nothing else of this program', async () => {
      assert.deepEqual(await host.run('Object.keys(plazacast).sort()'), ['onMessage', 'send'])
      const names = '["require", "process", "module", "__plazacastBinding", "ipcRenderer"]'
      assert.deepEqual(await host.run(`${names}.filter((name) => name in window)`), [])
      assert.equal(await host.run('try { plazacast.send = 1; plazacast.send === 1 } catch { false }'), false)
    })

    test('cannot go elsewhere', async () => {
      const elsewhere = `http://127.0.0.1:${server.port}/elsewhere`
      for (const url of [elsewhere, 'file:///etc/hostname', 'data:text/html,x', 'http://plazacast.invalid/']) {
        await host.run(`void (location.href = ${JSON.stringify(url)})`)
        await host.run('new Promise((resolve) => setTimeout(resolve, 100))')
        assert.equal(await host.run('location.href'), server.address)
      }
      await host.run(
        `void document.body.append(Object.assign(document.createElement('form'), { action: '/elsewhere' }))`,
      )
      await host.run('document.forms[0].submit()')
      await host.run('new Promise((resolve) => setTimeout(resolve, 100))')
      assert.equal(await host.run('location.href'), server.address)
      assert.deepEqual(
        server.asked.filter((path) => path.startsWith('/elsewhere')),
        [],
      )
    })

    test('cannot open a window', async () => {
      await host.run('void open("/elsewhere-window")')
      await host.run(
        `void Object.assign(document.createElement('a'), { href: '/elsewhere-link', target: '_blank' }).click()`,
      )
      await host.run('new Promise((resolve) => setTimeout(resolve, 100))')
      assert.deepEqual(
        server.asked.filter((path) => path.startsWith('/elsewhere-')),
        [],
      )
    })

    test('cannot stop itself with a dialog', async () => {
      assert.equal(await host.run('alert("x"); confirm("y")'), false)
      await host.run('prompt("z")')
      await host.run('void print()')
      assert.equal(await host.run('1 + 1'), 2)
    })

    test('is denied every permission without a question', async () => {
      assert.equal(
        await host.run('typeof Notification === "undefined" ? "denied" : Notification.requestPermission()'),
        'denied',
      )
      const located =
        'new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve("found"), ({ code }) => resolve(code)))'
      assert.equal(await host.run(located), 1)
      assert.equal(await host.run('navigator.clipboard.readText()'), 'threw NotAllowedError')
    })

    test('cannot reach a file or a name', async () => {
      assert.equal(await host.run('fetch("file:///etc/hostname")'), 'threw TypeError')
      assert.equal(
        await host.run(`fetch("http://localhost:${server.port}/by-name", { mode: "no-cors" })`),
        'threw TypeError',
      )
      assert.ok(!server.asked.includes('/by-name'))
    })

    test('cannot put a file on the disk', async () => {
      await host.run(
        `void Object.assign(document.createElement('a'), { href: '/file', download: 'taken.bin' }).click()`,
      )
      await host.run('new Promise((resolve) => setTimeout(resolve, 300))')
      const files = await readdir(folder, { recursive: true })
      assert.deepEqual(
        files.filter((name) => name.includes('taken')),
        [],
      )
      assert.equal(await host.run('location.href'), server.address)
    })
  })

  describe('a host whose parts die', () => {
    let host: DrivenHost
    before(async () => {
      host = await start()
    })
    const comesBack = async (what: string, from: number) => {
      const gone = await host.waitFor('it is gone', (report) => report.report === 'gone' && report.what === what, from)
      const back = await host.waitFor('it is back', ({ report }) => report === 'back', gone)
      await host.waitFor('it says hello', isMessage('hello'), back)
      assert.equal(await host.run('innerWidth'), 1280)
    }

    test('brings back a page that was killed', async () => {
      for (let kill = 0; kill < 3; kill += 1) {
        const from = host.reports.length
        for (const { pid } of host.processes('renderer')) sendSignal(pid, 'SIGKILL')
        await comesBack('page', from)
      }
    })

    test('makes a page that hangs anew when it is told to', async () => {
      const from = host.reports.length
      host.order({ order: 'send', message: pageRuns('for (;;) {}') })
      host.order({ order: 'renew', reason: 'it stands still' })
      const gone = await host.waitFor('gone', ({ report }) => report === 'gone', from)
      assert.match(JSON.stringify(host.reports[gone]), /it stands still/)
      await comesBack('page', from)
    })

    test('survives its GPU process, however often that dies', async () => {
      for (let kill = 0; kill < 5; kill += 1) {
        const from = host.reports.length
        const killed = await eventually('a GPU process', () => host.processes('gpu-process')[0])
        process.kill(killed.pid, 'SIGKILL')
        await host.waitFor('the GPU is gone', (report) => report.report === 'gone' && report.what === 'gpu', from)
        await eventually('another GPU process', () =>
          host.processes('gpu-process').find(({ pid }) => pid !== killed.pid),
        )
        assert.equal(await host.run('1 + 1'), 2)
      }
      const picture = PNG.sync.read(await host.screenshot())
      assert.deepEqual([...picture.data.subarray(0, 3)], [0x00, 0xaa, 0x55])
    })

    test('brings back a browser that was killed whole', {
      skip: !hasBrowserOfItsOwn && 'its browser is itself',
    }, async () => {
      const from = host.reports.length
      const browser = markedProcesses(host.mark).find(
        ({ commandLine }) => commandLine.includes('--remote-debugging-pipe') && !commandLine.includes('--type='),
      )
      assert.ok(browser)
      process.kill(browser.pid, 'SIGKILL')
      await comesBack('browser', from)
    })
  })

  for (const standBy of [false, true]) {
    const beside = standBy ? 'with another that stands by' : 'without another that stands by'
    test(`a page that dies ${beside} leaves nothing on the display that is not black until it is back`, async () => {
      const small = await startDisplay({ width: 640, height: 360 })
      const watch = await watchForForeign(small, [0x00, 0xaa, 0x55])
      try {
        const address = `${server.address}steady`
        const host = await start(small, { address, standBy, standByAfterMs: 500 })
        await watch.whole()
        let from = 0
        for (let kill = 0; kill < 3; kill += 1) {
          if (standBy) await host.waitFor('another page', ({ report }) => report === 'stands-by', from)
          from = host.reports.length
          await killPage(host)
          await host.waitFor('it is back', ({ report }) => report === 'back', from)
          await watch.whole()
          await host.waitFor('a beat', isMessage('beat'), host.reports.length)
        }
        await host.stop()
        const { looks, foreign, worst } = await watch.stop()
        assert.ok(looks > 60)
        assert.equal(
          foreign,
          0,
          `${foreign} of ${looks} looks, ${worst?.pixels} pixels in one: ${colourOf(worst?.rgb)}`,
        )
      } finally {
        await watch.stop()
        await small.stop()
      }
    })
  }

  test('a page that comes to stand by, and one that takes its turn at it, changes no pixel of the wall', async () => {
    const small = await startDisplay({ width: 640, height: 360 })
    const watch = await watchForForeign(small, [0x00, 0xaa, 0x55])
    try {
      const address = `${server.address}steady`
      const from = server.asked.length
      const host = await start(small, { address, standBy: true, standByAfterMs: 3000 })
      const beats = async (count: number) => {
        for (let beat = 0; beat < count; beat += 1) await host.waitFor('a beat', isMessage('beat'), host.reports.length)
      }
      const standsBy = async (pages: number) => {
        await watch.whole()
        const loads = () => server.asked.slice(from).filter((path) => path === '/wall/steady').length
        await eventually('another page', () => loads() >= pages)
        await beats(12) // its window is laid out and put to rest meanwhile
        assert.equal(loads(), pages)
        assert.equal(watch.changed(), 0)
      }
      await standsBy(2)
      const before = host.reports.length
      await killPage(host)
      await host.waitFor('it is back', ({ report }) => report === 'back', before)
      await beats(4) // the display follows a little later
      await standsBy(3)
      await host.stop()
      const { foreign, worst } = await watch.stop()
      assert.equal(foreign, 0, `${worst?.pixels} pixels in one look: ${colourOf(worst?.rgb)}`)
    } finally {
      await watch.stop()
      await small.stop()
    }
  })

  test('two hosts show two walls on two displays', async () => {
    const other = await startDisplay({ width: 640, height: 960 })
    try {
      const [one, two] = await Promise.all([start(), start(other)])
      assert.equal(await one.run('innerWidth + "x" + innerHeight'), '1280x720')
      assert.equal(await two.run('innerWidth + "x" + innerHeight'), '640x960')
      await Promise.all([one.stop(), two.stop()])
    } finally {
      await other.stop()
    }
  })

  test('a host that is stopped leaves no process', async () => {
    const host = await start()
    assert.ok(markedProcesses(host.mark).length > 3)
    await host.stop()
    await eventually('no process', () => markedProcesses(host.mark).length === 0)
  })

  test('a program that is killed takes its browser with it', async () => {
    const host = await start()
    process.kill(host.pid, 'SIGKILL')
    await eventually('no process', () => markedProcesses(host.mark).length === 0)
  })
}

/** Kills the page on the wall, which is the one that works when it is told to. */
async function killPage(host: DrivenHost): Promise<void> {
  const before = new Map(host.processes('renderer').map(({ pid }) => [pid, processorTicks(pid)]))
  await host.run('for (const end = performance.now() + 500; performance.now() < end; );')
  const worked = (pid: number) => processorTicks(pid) - (before.get(pid) ?? 0)
  const [page] = [...before.keys()].toSorted((one, other) => worked(other) - worked(one))
  assert.ok(page !== undefined)
  sendSignal(page, 'SIGKILL')
}

/** The colour in the middle of a picture, for the message of a failure. */
const colourOf = (rgb: Buffer | undefined): string =>
  rgb?.subarray(rgb.length / 2 - ((rgb.length / 2) % 3), rgb.length / 2 + 3).toString('hex') ?? ''

const isHello = (message: unknown): message is { at: number } =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'hello'

/** Looks again and again until there is something, for at most 20 s. */
async function eventually<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    const found = look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${what}: not within 20 s`)
}
