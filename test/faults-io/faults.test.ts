import { test } from 'node:test'
import { faultAt, suffer } from './faults.ts'
import { setScene } from './scene.ts'

const linux = { skip: process.platform === 'linux' ? false : 'faults are injected with strace, on Linux only' }

test(
  'a disk with errors neither ends the player nor makes it accept wrong bytes or say what is not on disk',
  linux,
  async (t) => {
    const scene = await setScene(t)
    for (const index of [0, 1, 6]) {
      const fault = faultAt(index)
      await t.test(fault.name, () => suffer(scene, fault, index + 1))
    }
  },
)
