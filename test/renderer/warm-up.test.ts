import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { openScreen, removeBundle } from '../support/screen-harness.ts'
import { film } from './screen-items.ts'

after(removeBundle)

test('a page that waits for a programme plays its own black film once, asks for no other, and then shows what it is given', async () => {
  const screen = await openScreen({ items: [], width: 640, height: 360 })
  try {
    const asked: string[] = []
    screen.page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').slice(2).join('/')))
    await screen.page.waitForSelector('.deck[data-place="waiting"]', { timeout: 20_000 })
    await screen.page.waitForFunction(() => !document.querySelector('.deck'), { timeout: 20_000 })
    assert.deepEqual(
      [...new Set(asked)].filter((path) => /^assets|^live/.test(path)),
      [],
    )
    assert.deepEqual(
      screen.messages.filter(({ kind }) => kind !== 'hello' && kind !== 'beat'),
      [],
    )
    await screen.sendItems([await film(1)])
    await screen.waitFor((message): message is FromScreen & { kind: 'shown' } => message.kind === 'shown', 20_000)
  } finally {
    await screen.stop()
  }
})
