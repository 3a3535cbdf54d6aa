import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeClip } from '../support/clips.ts'
import { issuedAt, trustOf } from '../support/documents.ts'
import { eventually, setRig } from '../support/player-rig.ts'
import { openScreen, removeBundle } from '../support/screen-harness.ts'

after(removeBundle)

test('the wall is told to carry its id only while its site asks for it', async (context) => {
  const rig = await setRig(context)
  const player = await rig.start()
  const marks = () => player.sentToPage.flatMap((message) => (message.kind === 'mark' ? [message.text] : []))
  await rig.observer.untilState(() => true)
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  const site = (revision: number, output?: object) =>
    rig.publish(
      'site',
      { kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', output },
      rig.city.operator,
    )
  await site(1)
  await rig.observer.untilState((state) => state.site === 1)
  assert.deepEqual(marks(), [])
  await site(2, { showPlayerId: true })
  await eventually('the id is sent', () => marks().at(-1) === 'wall', 20_000)
  await site(3, { showPlayerId: 'yes' })
  await eventually('anything but true takes it off', () => marks().at(-1) === '', 20_000)
})

test('the id stands faintly in a corner above what plays, and leaves without a trace', async (context) => {
  const photo = await makeClip({ kind: 'photo', item: 1, format: 'png', width: 640, height: 360 })
  const screen = await openScreen({ items: [{ ...photo, seconds: 600 }], width: 640, height: 360 })
  context.after(() => screen.stop())
  await screen.waitFor(
    (message): message is Extract<typeof message, { kind: 'shown' }> => message.kind === 'shown',
    30_000,
  )
  const marks = () =>
    screen.page.evaluate(() =>
      [...document.querySelectorAll('.player-mark')].map((mark) => {
        const { bottom, right, height } = mark.getBoundingClientRect()
        return { text: mark.textContent, fromCorner: innerHeight - bottom + innerWidth - right, height }
      }),
    )
  assert.deepEqual(await marks(), [])
  await screen.send({ kind: 'mark', text: 'jiefangbei-3' })
  await screen.page.waitForSelector('.player-mark')
  const [mark] = await marks()
  assert.equal(mark?.text, 'jiefangbei-3')
  assert.ok(mark.fromCorner < 16 && mark.height < 16, JSON.stringify(mark))
  await screen.send({ kind: 'mark', text: '' })
  await screen.page.waitForFunction(() => !document.querySelector('.player-mark'))
})
