import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { watchForForeign } from '../oracle/foreign.ts'
import { startDisplay } from '../support/display.ts'
import { type DrivenHost, isMessage } from '../support/driven-host.ts'
import { processorTicks, sendSignal } from '../support/processes.ts'
import { eventually, type HostSetting } from './host-setting.ts'

/** What the audience sees of a page that dies, and of one that stands by: nothing. */
export function standByContract({ start, server }: HostSetting): void {
  for (const standBy of [false, true]) {
    const beside = standBy ? 'with another that stands by' : 'without another that stands by'
    test(`a page that dies ${beside} leaves nothing on the display that is not black until it is back`, async () => {
      const small = await startDisplay({ width: 640, height: 360 })
      const watch = await watchForForeign(small, [0x00, 0xaa, 0x55])
      try {
        const address = `${server().address}steady`
        const host = await start(small, { address, standBy, standByAfterMs: 500 })
        await watch.whole()
        let from = 0
        for (let kill = 0; kill < 3; kill += 1) {
          if (standBy) await host.waitFor('another page', ({ report }) => report === 'stands-by', from)
          from = host.reports.length
          await killPage(host)
          const back = await host.waitFor('it is back', ({ report }) => report === 'back', from)
          assert.deepEqual(host.reports[back], { report: 'back', ...(standBy && { from: 'stand-by' }) })
          await watch.whole()
          await beats(host, lasting) // the next loss is remedied as this one was
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

  const hasOpenbox = spawnSync('openbox', ['--version']).error === undefined
  test('a page that dies under a window manager that places windows shows neither its frame nor the desktop', {
    skip: !hasOpenbox && 'openbox is not installed',
  }, async (context) => {
    const small = await startDisplay({ width: 640, height: 360 })
    const environment = { ...process.env, DISPLAY: small.display }
    const manager = spawn('openbox', ['--sm-disable'], { env: environment, stdio: 'ignore' })
    const opening = await watchForForeign(small, [0x00, 0xaa, 0x55])
    try {
      const host = await start(small, { address: `${server().address}steady` })
      await opening.whole()
      const watch = await watchForForeign(small, [0x00, 0xaa, 0x55])
      context.after(() => watch.stop())
      await watch.whole()
      for (let kill = 0; kill < 2; kill += 1) {
        const from = host.reports.length
        await killPage(host)
        await host.waitFor('it is back', ({ report }) => report === 'back', from)
        await watch.whole()
        await host.waitFor('a beat', isMessage('beat'), host.reports.length)
      }
      await host.stop()
      const { foreign, worst } = await watch.stop()
      assert.equal(foreign, 0, `${worst?.pixels} pixels in one look: ${colourOf(worst?.rgb)}`)
    } finally {
      await opening.stop()
      manager.kill('SIGKILL')
      await small.stop()
    }
  })

  test('a page that comes to stand by, and one that takes its turn at it, changes no pixel of the wall', async () => {
    const small = await startDisplay({ width: 640, height: 360 })
    const watch = await watchForForeign(small, [0x00, 0xaa, 0x55])
    try {
      const address = `${server().address}steady`
      const from = server().asked.length
      const host = await start(small, { address, standBy: true, standByAfterMs: 3000 })
      const standsBy = async (pages: number) => {
        await watch.whole()
        const loads = () =>
          server()
            .asked.slice(from)
            .filter((path) => path === '/wall/steady').length
        await eventually('another page', () => loads() >= pages)
        await beats(host, 12) // its window is laid out and put to rest meanwhile
        assert.equal(loads(), pages)
        assert.equal(watch.changed(), 0)
      }
      await standsBy(2)
      const before = host.reports.length
      await killPage(host)
      await host.waitFor('it is back', ({ report }) => report === 'back', before)
      await beats(host, 4) // the display follows a little later
      await standsBy(3)
      await host.stop()
      const { foreign, worst } = await watch.stop()
      assert.equal(foreign, 0, `${worst?.pixels} pixels in one look: ${colourOf(worst?.rgb)}`)
    } finally {
      await watch.stop()
      await small.stop()
    }
  })

  test('a page that hangs while it stands by is made anew', async () => {
    const small = await startDisplay({ width: 640, height: 360 })
    try {
      const host = await start(small, { address: `${server().address}steady`, standBy: true, standByAfterMs: 500 })
      const from = await host.waitFor('another page', ({ report }) => report === 'stands-by')
      const [, ...others] = await byWork(host)
      for (const pid of others) sendSignal(pid, 'SIGSTOP')
      await host.waitFor('another page', ({ report }) => report === 'stands-by', from + 1)
      assert.ok(host.reports.every(({ report }) => report !== 'gone'))
    } finally {
      await small.stop()
    }
  })
}

/** So many beats take longer than a picture has to last for its remedy to have helped. */
const lasting = 14

/** The page says four a second, at the most. */
async function beats(host: DrivenHost, count: number): Promise<void> {
  for (let beat = 0; beat < count; beat += 1) await host.waitFor('a beat', isMessage('beat'), host.reports.length)
}

/** Kills the page on the wall. */
async function killPage(host: DrivenHost): Promise<void> {
  const [page] = await byWork(host)
  assert.ok(page !== undefined)
  sendSignal(page, 'SIGKILL')
}

/** The processes of pages; first that on the wall, which is the one that works when it is told to. */
async function byWork(host: DrivenHost): Promise<number[]> {
  const before = new Map(host.processes('renderer').map(({ pid }) => [pid, processorTicks(pid)]))
  await host.run('for (const end = performance.now() + 500; performance.now() < end; );')
  const worked = (pid: number) => processorTicks(pid) - (before.get(pid) ?? 0)
  return [...before.keys()].toSorted((one, other) => worked(other) - worked(one))
}

/** The colour in the middle of a picture, for the message of a failure. */
const colourOf = (rgb: Buffer | undefined): string =>
  rgb?.subarray(rgb.length / 2 - ((rgb.length / 2) % 3), rgb.length / 2 + 3).toString('hex') ?? ''
