import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CommandFailed } from '../../main/app/commands.ts'
import type { Reporter } from '../../main/app/reporter.ts'
import type { Health, Readings } from '../../shared/health/health.ts'
import { healthAfter, wrongs } from '../health/judging.ts'
import { faintTexts } from './contrast.ts'
import { lendGlyphs, openPhone, type Phone } from './phone.ts'
import { at, readings, state } from './reports.ts'
import { removePage, rightPin, startPage } from './rig.ts'

after(removePage)

/** Where to leave screenshots for people to look at; none without. */
const pictures = process.env.PLAZACAST_SCREENSHOTS

const wall = readFileSync(join(import.meta.dirname, '../../assets/docs/wall.png'))

const endMs = Date.parse(at)
const judged = (...wrong: Partial<Readings>[]): Health => healthAfter(Object.assign({ ...readings }, ...wrong), endMs)

/** Every state of the verdict, as a player comes to it from what it reads. */
const verdicts: readonly { name: string; health: Health | undefined; en: string; zh: string }[] = [
  { name: 'ok', health: judged(), en: 'All is well', zh: '一切正常' },
  { name: 'ok-dark', health: judged(wrongs['wall-dark']), en: 'The wall is off by order', zh: '大屏按计划关闭' },
  {
    name: 'degraded',
    health: judged(wrongs['disk-low'], wrongs['broker-lost'], { quarantinedItems: ['hotpot-night'] }),
    en: 'The disk is almost full',
    zh: '磁盘空间不足',
  },
  { name: 'failing-black', health: judged(wrongs['picture-black']), en: 'The wall is black', zh: '大屏黑屏' },
  {
    name: 'failing-many',
    health: judged(...Object.values({ ...wrongs, 'picture-black': {}, 'wall-dark': {}, 'slate-shown': {} })),
    en: 'and ',
    zh: '另有 ',
  },
  { name: 'unknown', health: undefined, en: 'has not looked at itself', zh: '尚未完成第一次自检' },
]

const readers = [
  { language: 'en-GB', key: 'en', size: 'small', silent: 'No answer', other: '一切正常' },
  { language: 'zh-CN', key: 'zh', size: 'large', silent: '没有应答', other: 'All is well' },
] as const

/** What a technician must find without scrolling, is large enough for the sun, and stands in no other language. */
async function isReadable(phone: Phone, what: string): Promise<void> {
  const faint = await faintTexts(phone.page, 7)
  assert.deepEqual(
    faint.map(({ text, ratio }) => `${text}: ${ratio.toFixed(1)}`),
    [],
    `${what}: contrast`,
  )
  const place = await phone.page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - innerWidth,
    firstEnds: (document.querySelector('.verdict li')?.getBoundingClientRect().bottom ?? Infinity) - innerHeight,
  }))
  assert.ok(place.overflow <= 0, `${what}: nothing is cut off`)
  assert.ok(place.firstEnds <= 0, `${what}: the gravest reason is seen without scrolling`)
}

function makeHistory(reporter: Reporter): void {
  const lantern = 'groups/jiefangbei/lantern-festival'
  reporter.state({
    ...state,
    playlists: [
      ...state.playlists,
      {
        id: 'lantern-festival',
        target: 'groups/jiefangbei',
        revision: 2,
        status: 'waiting',
        missingBytes: 39_700_000,
        totalBytes: 57_000_000,
        reasons: [],
      },
    ],
    downloads: [
      {
        asset: `sha256:${'4be1'.repeat(16)}`,
        playlists: [lantern],
        bytes: 48_000_000,
        doneBytes: 17_300_000,
        state: 'downloading',
      },
      {
        asset: `sha256:${'90c2'.repeat(16)}`,
        playlists: [lantern],
        bytes: 9_000_000,
        doneBytes: 0,
        state: 'waiting',
        reason: 'the server answers 503',
      },
    ],
  })
  const failed = { asset: `sha256:${'90c2'.repeat(16)}`, reason: 'the server answers 503' }
  for (let count = 0; count < 34; count += 1)
    reporter.event(
      'asset-download-failed',
      'https://cdn.example/lantern.mp4?token=secret: the server answers 503',
      failed,
    )
  reporter.event('item-stalled', 'no frame for 2 s', { playlist: 'chongqing-friends', item: 'hotpot-night' })
  const about = { topic: 'plazacast/v1/groups/jiefangbei/playlists/spring', code: 'unknown-key', field: 'signatures' }
  reporter.event('document-refused', 'signatures: no key that is trusted made one', about)
}

test('every verdict is shown in both languages', { concurrency: 2 }, async (both) => {
  const tests = readers.map(({ language, key, size, silent, other }) =>
    both.test(
      `a phone in ${language} shows every verdict in its own words, to be read in the sun, and says when the player falls silent`,
      async (context) => {
        const rig = await startPage(context)
        rig.set({ picture: wall })
        makeHistory(rig.reporter)
        const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, language, size)
        context.after(phone.stop)
        if (pictures) await lendGlyphs(phone)
        const keep = async (name: string) => {
          if (!pictures) return
          await phone.page.screenshot({ path: join(pictures, `${key}-${name}-first.png`) })
          await phone.page.screenshot({ path: join(pictures, `${key}-${name}.png`), fullPage: true })
        }
        for (const verdict of verdicts) {
          rig.set({ health: verdict.health })
          await phone.sees(verdict[key])
          await phone.page.waitForSelector('.picture img')
          await isReadable(phone, verdict.name)
          await keep(verdict.name)
        }
        const text = await phone.text()
        assert.ok(!text.includes('secret'), 'an address is shown without what it may keep')
        assert.ok(text.includes(key === 'en' ? '34 times since' : '起共 34 次'), 'what repeats is one line')
        rig.set({ health: judged() })
        await phone.sees(verdicts[0]?.[key] ?? '')
        assert.ok(!(await phone.text()).includes(other))
        assert.deepEqual(phone.complaints, [], 'its own rules forbid it nothing')
        await rig.stop()
        await phone.sees(silent)
        await isReadable(phone, 'silent')
        await keep('silent')
        const again = await startPage(context, { port: rig.port })
        again.set({ picture: wall })
        await phone.sees(verdicts[0]?.[key] ?? '')
      },
    ),
  )
  await Promise.all(tests)
})

test('each reason is told to a phone in both languages', {
  skip: !pictures && 'for people to look at',
}, async (context) => {
  const rig = await startPage(context)
  for (const [language, size] of [
    ['en', 'small'],
    ['zh', 'large'],
  ] as const) {
    const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, language, size)
    context.after(phone.stop)
    await lendGlyphs(phone)
    const [sheet = ''] = [join(pictures ?? '', `reasons-${language}`)]
    mkdirSync(sheet, { recursive: true })
    for (const [code, wrong] of Object.entries(wrongs)) {
      const health = judged(wrong)
      rig.set({ health })
      await phone.sees(health.reasons[0]?.title?.[language] ?? '')
      const verdict = await phone.page.$('.verdict')
      await verdict?.screenshot({ path: join(sheet, `${code}.png`) })
    }
  }
})

test('a technician gives the PIN by touch, acts, reads in either language why something was not done, and locks again', async (context) => {
  const rig = await startPage(context)
  rig.set({ picture: wall })
  const phone = await openPhone(`http://127.0.0.1:${rig.port}/`, 'en')
  context.after(phone.stop)
  if (pictures) await lendGlyphs(phone)
  const keep = async (name: string) => {
    await isReadable(phone, name)
    if (pictures) await phone.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }
  await phone.sees('need the PIN')
  await phone.page.type('input[name=pin]', '111222')
  await phone.page.tap('.enter')
  await phone.sees('This PIN is wrong.')
  await keep('en-wrong-pin')
  await phone.page.type('input[name=pin]', rightPin)
  await phone.page.tap('.enter')
  await phone.sees('Show name on the wall')
  await phone.page.tap('.buttons button:nth-child(3)')
  await phone.sees('The wall shows its name')
  assert.deepEqual(rig.acted, ['identify'])
  await keep('en-signed-in')
  rig.set({ refusal: new CommandFailed('emergency-on', 'an emergency is on the wall') })
  await phone.page.tap('.buttons button:nth-child(2)')
  await phone.sees('Nothing is written over it')
  await phone.page.tap('header button')
  await phone.sees('大屏正在播放紧急信息')
  await keep('zh-not-done')
  await phone.page.tap('.leave')
  await phone.sees('需要此播放器的 PIN')
  for (const wrong of ['101010', '202020', '303030', '404040']) {
    await phone.page.type('input[name=pin]', wrong)
    await phone.page.tap('.enter')
    await phone.page.waitForFunction(() => document.querySelector('input')?.value === '')
  }
  await phone.sees('PIN 码错误次数过多')
  await keep('zh-locked')
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
