import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDisplay } from '../support/display.ts'
import type { DriverCommand } from '../support/driven-host.ts'
import { deathContract } from './host-death-contract.ts'
import { pageContract } from './host-page-contract.ts'
import { setHosts } from './host-setting.ts'
import { standByContract } from './host-stand-by-contract.ts'

/** What every host must do, driven from outside on a real display. `hasBrowserOfItsOwn`: its browser can die without it. */
export function hostContract(command: () => Promise<DriverCommand>, hasBrowserOfItsOwn: boolean): void {
  const setting = setHosts(command)
  const { start } = setting
  pageContract(setting)
  standByContract(setting)

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

  deathContract(setting, hasBrowserOfItsOwn)
}
