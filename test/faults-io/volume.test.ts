import { test } from 'node:test'
import { setScene } from './scene.ts'
import { fillAndHeal, mountVolume } from './volume.ts'

test('a disk of 64 MB that somebody fills to its last byte stops downloads, not the wall, and heals without a restart', async (t) => {
  const volume = await mountVolume(64)
  if (!volume) return t.skip('nothing may be mounted here')
  t.diagnostic(volume.kind)
  t.after(volume.unmount)
  const scene = await setScene(t)
  await fillAndHeal(scene, volume, 1, (line) => t.diagnostic(line))
})
