import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { storing } from '../../main/app/download-store.ts'

/** Lets so many microtasks pass. */
async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await null
}

test('no chunk is lost, whenever it comes while another is being written', async () => {
  for (let writeSteps = 0; writeSteps < 9; writeSteps++) {
    for (let chunkSteps = 0; chunkSteps < 9; chunkSteps++) {
      let written = 0
      const file = {
        async write(chunk: Uint8Array) {
          await steps(writeSteps)
          written += chunk.byteLength
        },
        async sync() {},
        async close() {},
      }
      const store = storing(file, 0, 2000, systemClock, () => {})
      for (let chunk = 0; chunk < 20; chunk++) {
        await store.add(new Uint8Array(100))
        await steps(chunkSteps)
      }
      await store.finish(true)
      assert.equal(written, 2000, `${writeSteps} steps to write, ${chunkSteps} between chunks`)
    }
  }
})
