import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createHealth } from '../../main/app/health.ts'
import { openInMemory } from '../../main/sqlite/open.ts'
import { health } from '../../shared/health/health.ts'
import { wellReadings } from './readings.ts'

test('who asks for a report now is told of what is so now, not of the last look', async (t) => {
  const { db, close } = openInMemory()
  t.after(close)
  const well = wellReadings()
  let freeBytes = 40e9
  const published: string[] = []
  const watch = createHealth({
    db,
    log: () => {},
    clock: { ...systemClock, after: () => () => {} }, // nothing looks by itself
    told: () => ({ wallMs: Date.now(), trust: 'trusted', source: 'fleet', ageSeconds: 1, steadyMs: 0 }),
    where: { topicPrefix: 'plazacast/v1', playerId: 'wall' },
    attempt: (run) => run(),
    readMachine: async () => ({ ...well, disk: well.disk && { ...well.disk, freeBytes }, systemSeconds: 1 }),
  })
  t.after(watch.stop)
  watch.attach({
    cache: { held: () => new Set(), late: () => new Set() },
    now: () => ({ slate: 'starting' }),
    showing: () => undefined,
    askPage: () => {},
    publish: async ({ payload }) => void published.push(String(payload)),
    storageFailure: () => undefined,
    screenshot: async () => Buffer.from(''),
  })
  const told = () => health.parse(JSON.parse(published.at(-1) ?? '')).readings.disk?.freeBytes
  await watch.again()
  assert.equal(told(), 40e9)
  freeBytes = 39e9
  await Promise.all([watch.again(), watch.again()])
  assert.equal(told(), 39e9)
})
