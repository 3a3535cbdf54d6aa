import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import type { DrivenHost } from '../support/driven-host.ts'
import type { HostSetting } from './host-setting.ts'

/** What a page on the wall can do and cannot. */
export function pageContract({ start, server, folder }: HostSetting): void {
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
      const elsewhere = `http://127.0.0.1:${server().port}/elsewhere`
      for (const url of [elsewhere, 'file:///etc/hostname', 'data:text/html,x', 'http://plazacast.invalid/']) {
        await host.run(`void (location.href = ${JSON.stringify(url)})`)
        await hasHadItsTime(host)
        assert.equal(await host.run('location.href'), server().address)
      }
      await host.run(
        `void document.body.append(Object.assign(document.createElement('form'), { action: '/elsewhere' }))`,
      )
      await host.run('document.forms[0].submit()')
      await hasHadItsTime(host)
      assert.equal(await host.run('location.href'), server().address)
      assert.deepEqual(
        server().asked.filter((path) => path.startsWith('/elsewhere')),
        [],
      )
    })

    test('cannot open a window', async () => {
      await host.run('void open("/elsewhere-window")')
      await host.run(
        `void Object.assign(document.createElement('a'), { href: '/elsewhere-link', target: '_blank' }).click()`,
      )
      await hasHadItsTime(host)
      assert.deepEqual(
        server().asked.filter((path) => path.startsWith('/elsewhere-')),
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
        await host.run(`fetch("http://localhost:${server().port}/by-name", { mode: "no-cors" })`),
        'threw TypeError',
      )
      assert.ok(!server().asked.includes('/by-name'))
    })

    test('cannot put a file on the disk', async () => {
      await host.run(
        `void Object.assign(document.createElement('a'), { href: '/file', download: 'taken.bin' }).click()`,
      )
      await hasHadItsTime(host)
      const files = await readdir(folder(), { recursive: true })
      assert.deepEqual(
        files.filter((name) => name.includes('taken')),
        [],
      )
      assert.equal(await host.run('location.href'), server().address)
    })
  })
}

/** What the page began before would have come: it asked for something else twenty times since, got it, and drew between. */
async function hasHadItsTime(host: DrivenHost): Promise<void> {
  const turn = 'fetch("mark").then(() => new Promise(requestAnimationFrame))'
  assert.equal(
    await host.run(`(async () => { for (let turn = 0; turn < 20; turn += 1) await ${turn}; return 'asked' })()`),
    'asked',
  )
}

const isHello = (message: unknown): message is { at: number } =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'hello'
