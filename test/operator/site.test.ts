import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSiteFile } from '../../main/operator/read-site.ts'
import { sitePayload } from '../../main/operator/site.ts'

async function fileWith(t: { after(undo: () => Promise<void>): void }, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-site-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'wall.yaml'), text)
  return join(folder, 'wall.yaml')
}

test('a file says a wall’s hours and its cache; options go before it, and what neither says stays', async (t) => {
  const file = await readSiteFile(
    await fileWith(
      t,
      `name: Jiefangbei
hours:
  weekly:
    - { days: [mon, fri], from: "07:00", until: "22:30" }
  exceptions:
    - { date: 2026-12-13, open: [] }
cache:
  quotaBytes: 20000000000
  bandwidth: [{ days: [sat], from: "07:00", until: "23:00", bytesPerSecond: 250000 }]
  neighbours: true
`,
    ),
  )
  const before = sitePayload('wall', 1, '2026-11-22T00:00:00Z', { timeZone: 'Asia/Shanghai', groups: ['square'] })
  const site = sitePayload('wall', 2, '2026-11-22T00:00:00Z', { file, name: '解放碑' }, before)
  assert.deepEqual(
    [site.name, site.timeZone, site.groups, site.hours, site.cache],
    [
      '解放碑',
      'Asia/Shanghai',
      ['square'],
      {
        weekly: [{ days: [1, 5], from: '07:00', until: '22:30' }],
        exceptions: [{ date: '2026-12-13', open: [] }],
        emergency: 'show',
      },
      {
        quotaBytes: 20_000_000_000,
        bandwidth: [{ days: [6], from: '07:00', until: '23:00', bytesPerSecond: 250_000 }],
        neighbours: true,
      },
    ],
  )
})

test('a mistake in a site is named with its line and field, and with what was meant', async (t) => {
  const file = await fileWith(t, 'hours:\n  weekly:\n    - { days: [monday] }\ncache:\n  quota: 5\n')
  await assert.rejects(readSiteFile(file), (error: Error) => {
    assert.match(error.message, /wall.yaml:3:\d+: hours\.weekly\[0\]\.days\[0\]: expected a day: sun, mon/)
    assert.match(error.message, /wall.yaml:5:\d+: .*quota.*quotaBytes/)
    return true
  })
})
