import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import { type DrivenHost, isMessage, pageRuns } from '../support/driven-host.ts'
import { markedProcesses } from '../support/marked-processes.ts'
import { sendSignal } from '../support/processes.ts'
import { eventually, type HostSetting } from './host-setting.ts'

/** What a host does when its parts die, and when it ends itself. */
export function deathContract({ start }: HostSetting, hasBrowserOfItsOwn: boolean): void {
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
