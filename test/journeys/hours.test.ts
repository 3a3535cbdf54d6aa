import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { Hours } from '../../shared/documents/site.ts'
import { makeClip } from '../support/clips.ts'
import { kioskHosts } from '../support/kiosk-hosts.ts'
import { type Stage, setStage } from '../support/stage.ts'

const hours = (weekly: Hours['weekly']): Hours => ({ weekly, exceptions: [], emergency: 'show' })

/** The brightest value of any colour anywhere on the display. */
function brightest({ display: { display, width, height } }: Stage): number {
  const grab = ['-f', 'x11grab', '-draw_mouse', '0', '-video_size', `${width}x${height}`, '-i', display]
  const args = ['-loglevel', 'error', ...grab, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  return execFileSync('ffmpeg', args, { maxBuffer: 64 * 1024 * 1024 }).reduce((most, value) => Math.max(most, value), 0)
}

for (const host of kioskHosts) {
  test(`a closed wall is black to the last pixel, an emergency lights it, and it opens with its loop (${host})`, async (context) => {
    const stage = await setStage(context)
    const [film, alert] = await Promise.all([
      makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 2 }),
      makeClip({ kind: 'photo', item: 9, format: 'jpeg' }),
    ])
    await stage.found()
    await stage.configure({ systemClock: 'trusted' }) // nobody keeps the time of a machine under test
    await stage.startKiosk(host)
    await stage.push([await stage.origin.add(film.file, film.mediaType)])
    await stage.sees(1)

    await stage.found({ revision: 2, hours: hours([]) })
    const closed = await stage.observer.untilState(({ now }) => 'dark' in now)
    assert.deepEqual(closed.now, { dark: 'outside its opening hours' })
    assert.equal(closed.playlists[0]?.status, 'ready')
    await stage.grab.waitFor((seen) => seen.kind === 'black', 20_000)
    assert.equal(brightest(stage), 0)
    await stage.observer.untilEvent(({ code }) => code === 'wall-dark')

    await stage.alert([await stage.origin.add(alert.file, alert.mediaType)])
    await stage.sees(9)
    await stage.observer.untilEvent(({ code }) => code === 'wall-lit')
    await stage.found({ revision: 3, hours: hours([{ from: '00:00', until: '24:00' }]) })
    await stage.alert([], { revision: 2, withdrawn: true })
    await stage.sees(1)
  })
}
