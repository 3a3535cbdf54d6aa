import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { setStage } from '../support/stage.ts'

const size = { width: 640, height: 360 }

test('no pointer stands on a wall over which no mouse was ever moved', async (context) => {
  const stage = await setStage(context, size)
  await stage.startKiosk('chromium')
  await stage.grab.waitFor(({ kind }) => kind === 'unknown', 30_000) // neither black nor a clip: the slate, which stands still
  // A display without a mouse has its pointer in the middle. It is in no grab that does not ask for it.
  const middle = (withPointer: 0 | 1): Buffer => {
    const place = ['-video_size', '40x40', '-i', `${stage.display.display}+300,160`]
    const grab = [
      '-f',
      'x11grab',
      '-draw_mouse',
      String(withPointer),
      ...place,
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      '-',
    ]
    return execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...grab])
  }
  await eventually('the pointer is gone', () => middle(0).equals(middle(1)), 10_000)
})
