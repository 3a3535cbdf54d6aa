import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Health } from '../../shared/health/health.ts'
import { openPhone } from './phone.ts'
import { healthOf, reasonOf, state } from './reports.ts'
import { removePage, rightPin, startPage } from './rig.ts'

after(removePage)

/** Where to leave screenshots for people to look at; none without. */
const pictures = process.env.PLAZACAST_SCREENSHOTS

const wall = readFileSync(join(import.meta.dirname, '../../assets/docs/wall.png'))

const degraded = healthOf(
  'degraded',
  [
    reasonOf('disk-low', 'degraded', 'Only 3.1 GB of 128 GB are free on the disk.', '磁盘仅剩 3.1 GB（共 128 GB）。'),
    reasonOf(
      'broker-lost',
      'degraded',
      'The broker has not been reached for 12 minutes.',
      '已有 12 分钟无法连接消息服务器。',
    ),
  ],
  {
    disk: { totalBytes: 128_000_000_000, freeBytes: 2_100_000_000, totalInodes: 8_000_000, freeInodes: 7_900_000 },
    broker: {
      connected: false,
      since: '2026-11-22T11:48:00.000Z',
      lastMessageAt: '2026-11-22T11:48:00.000Z',
      heardAgeMs: 720_000,
      echoMissingMs: null,
      reconnects: 2,
      displacedAgeMs: null,
    },
    clock: { trust: 'holdover', source: 'saved', ageSeconds: 800, systemAheadMs: 12 },
    quarantinedItems: ['hotpot-night'],
  },
)
const failing = healthOf(
  'failing',
  [
    reasonOf('picture-frozen', 'failing', 'The picture has stood still for 14 s.', '画面已静止 14 秒。'),
    reasonOf('temperature-high', 'degraded', 'x86_pkg_temp is 96 °C hot.', 'x86_pkg_temp 温度达到 96 °C。'),
  ],
  {
    temperatures: [{ sensor: 'x86_pkg_temp', temperatureCelsius: 96, criticalCelsius: 100 }],
    recovery: { rung: 'reload', since: '2026-11-22T11:59:50.000Z', reason: 'no frame for 10 s' },
  },
)

const verdicts: readonly { name: string; health: Health | undefined; en: string; zh: string }[] = [
  { name: 'ok', health: healthOf('ok'), en: 'All is well', zh: '一切正常' },
  { name: 'degraded', health: degraded, en: 'Only 3.1 GB of 128 GB', zh: '磁盘仅剩 3.1 GB' },
  { name: 'failing', health: failing, en: 'has stood still for 14 s', zh: '画面已静止 14 秒' },
  { name: 'unknown', health: undefined, en: 'has not looked at itself', zh: '尚未完成第一次自检' },
]

const readers = [
  { language: 'en-GB', key: 'en', silent: 'No answer', other: '一切正常' },
  { language: 'zh-CN', key: 'zh', silent: '没有应答', other: 'All is well' },
] as const

test('every verdict is shown in both languages', { concurrency: 2 }, async (both) => {
  const tests = readers.map(({ language, key, silent, other }) =>
    both.test(
      `a phone in ${language} shows every verdict in its own words, and says when the player falls silent`,
      async (context) => {
        const rig = await startPage(context)
        rig.set({ picture: wall })
        const reporter = rig.technician.overhear({ event: () => {}, state: () => {}, repeatState: () => {} })
        reporter.state({
          ...state,
          downloads: [
            {
              asset: 'a',
              playlists: ['groups/jiefangbei/lantern-festival'],
              bytes: 48_000_000,
              doneBytes: 17_300_000,
              state: 'downloading',
            },
            {
              asset: 'b',
              playlists: ['groups/jiefangbei/lantern-festival'],
              bytes: 9_000_000,
              doneBytes: 0,
              state: 'waiting',
              reason: 'the server says 503',
            },
          ],
        })
        reporter.event('asset-download-failed', 'https://cdn.example/lantern.mp4?token=secret: the server says 503')
        reporter.event('item-stalled', 'hotpot-night stood still for 2 s')
        const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, language)
        context.after(phone.stop)
        for (const verdict of verdicts) {
          rig.set({ health: verdict.health })
          await phone.sees(verdict[key])
          assert.ok(
            await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            'nothing is cut off',
          )
          if (!pictures) continue
          await phone.page.waitForSelector('.picture img')
          await phone.page.screenshot({ path: join(pictures, `${key}-${verdict.name}.png`), fullPage: true })
        }
        assert.ok(!(await phone.text()).includes('secret'), 'an address is shown without what it may keep')
        rig.set({ health: healthOf('ok') })
        await phone.sees(verdicts[0]?.[key] ?? '')
        assert.ok(!(await phone.text()).includes(other))
        await phone.page.waitForSelector('.picture img')
        assert.deepEqual(phone.complaints, [], 'its own rules forbid it nothing')
        await rig.stop()
        await phone.sees(silent)
        if (pictures) await phone.page.screenshot({ path: join(pictures, `${key}-silent.png`), fullPage: true })
        const again = await startPage(context, { port: rig.port })
        again.set({ picture: wall })
        await phone.sees(verdicts[0]?.[key] ?? '')
      },
    ),
  )
  await Promise.all(tests)
})

test('a technician gives the PIN by touch, acts, and locks again', async (context) => {
  const rig = await startPage(context)
  const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, 'en')
  context.after(phone.stop)
  await phone.sees('need the PIN')
  await phone.page.type('input[name=pin]', '111222')
  await phone.page.tap('.enter')
  await phone.sees('This PIN is wrong.')
  if (pictures) await phone.page.screenshot({ path: join(pictures, 'en-wrong-pin.png'), fullPage: true })
  await phone.page.type('input[name=pin]', rightPin)
  await phone.page.tap('.enter')
  await phone.sees('Show name on the wall')
  await phone.page.tap('.buttons button:nth-child(3)')
  await phone.sees('The wall shows its name')
  assert.deepEqual(rig.acted, ['identify'])
  if (pictures) await phone.page.screenshot({ path: join(pictures, 'en-signed-in.png'), fullPage: true })
  await phone.page.tap('.leave')
  await phone.sees('need the PIN')
})

test('the language is changed by a touch and stays changed', async (context) => {
  const rig = await startPage(context)
  const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, 'en')
  context.after(phone.stop)
  await phone.sees('All is well')
  await phone.page.tap('header button')
  await phone.sees('一切正常')
  await phone.page.reload()
  await phone.sees('一切正常')
})
