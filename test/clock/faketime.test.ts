import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Playlist } from '../../shared/documents/playlist.ts'
import { assetCalled, playlistOf } from '../support/documents.ts'
import { eventually } from '../support/player-rig.ts'
import { type ClockRig, noFaketime, setClockRig } from './faked-clock.ts'

const skip = noFaketime

/** Publishes a playlist of one item that is called like the playlist. */
async function push(rig: ClockRig, id: string, more: Partial<Omit<Playlist, 'items'>> = {}): Promise<void> {
  const asset = assetCalled(id)
  const items = [{ id, asset: asset.asset, seconds: 2 }]
  await rig.publish(
    'playlist',
    await playlistOf([asset], [rig.city.approver], { id, ...more, items }),
    rig.city.publisher,
  )
}

const november = { from: '2026-11-01', until: '2026-11-30' }

describe('a player whose clock is not its own', { concurrency: 4 }, () => {
  test('a player that boots in 1970 plays what has no window, and all that is due once the fleet tells it the time', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'always')
    await push(rig, 'this-century', { window: { from: '2026-11-01', until: '2099-12-31' } })
    await push(rig, 'long-ago', { window: { from: '1970-01-01', until: '1970-12-31' } })
    const player = await rig.startFaked('@1970-01-01 00:10:00')
    await eventually('the playlist without a window plays', () => player.items().includes('always'), 30_000)
    const state = await rig.observer.untilState(({ playlists }) => playlists.length === 3)
    assert.deepEqual([state.clock, state.clockSource], ['unknown', 'document'])
    assert.deepEqual(player.items(), ['always'])
    await rig.startTime()
    await eventually('the campaign of this century joins', () => player.items().length === 2, 30_000)
    assert.deepEqual(player.items().toSorted(), ['always', 'this-century'])
    await rig.observer.untilState(({ clock, clockSource }) => clock === 'trusted' && clockSource === 'fleet')
  })

  test('where everything has a window, an unknown time leaves nobody blank: the newest signature tells the date', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'november', { window: november, dayparts: [{ from: '07:00', until: '07:01' }] })
    await push(rig, 'long-ago', { window: { from: '1970-01-01', until: '1970-12-31' } })
    const player = await rig.startFaked('@1970-01-01 00:10:00')
    await eventually('the campaign of the date plays', () => player.items().length > 0, 30_000)
    assert.deepEqual(player.items(), ['november'])
  })

  for (const step of ['+10m', '-10m', '+1y', '-1y']) {
    test(`the system's clock steps by ${step} in mid item, and the schedule goes by the fleet's time`, {
      skip,
    }, async (context) => {
      const rig = await setClockRig(context)
      const server = await rig.startTime()
      const today = new Date().toISOString().slice(0, 10)
      await push(rig, 'these-days', { window: { from: addDays(today, -2), until: addDays(today, 2) } })
      const minutes = edgesAround()
      await push(rig, 'this-hour', { dayparts: [minutes] })
      const player = await rig.startFaked('+0s', { timeZone: 'UTC' })
      await rig.observer.untilState(({ clock }) => clock === 'trusted')
      await eventually('both play', () => player.items().length === 2, 30_000)
      server.stop()
      player.setClock(step)
      await push(rig, 'later')
      await eventually('the player has taken another look', () => player.items().includes('later'), 30_000)
      assert.deepEqual(player.items().toSorted(), ['later', 'these-days', 'this-hour'])
    })
  }

  test('the night the clocks go forward: a daypart that begins in the missing hour begins when that is over', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'all-night')
    await push(rig, 'from-half-past-two', { dayparts: [{ from: '02:30', until: '05:00' }] })
    const player = await rig.startFaked('@2027-03-28 00:59:48', { timeZone: 'Europe/Berlin', synchronized: true })
    await eventually('the night begins', () => player.items().length === 1, 30_000)
    assert.deepEqual(player.items(), ['all-night'])
    await eventually('the daypart begins', () => player.items().includes('from-half-past-two'), 30_000)
  })

  test('the night the clocks go back: a daypart ends at its hour, and begins again when that comes again', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'all-night')
    await push(rig, 'to-three', { dayparts: [{ from: '02:30', until: '03:00' }] })
    const player = await rig.startFaked('@2027-10-31 00:59:48', { timeZone: 'Europe/Berlin', synchronized: true })
    await eventually('both play at 02:59', () => player.items().length === 2, 30_000)
    await eventually('it is 02:00 again', () => player.items().length === 1, 30_000)
    await player.stop()
    const again = await rig.startFaked('@2027-10-31 01:29:57', { timeZone: 'Europe/Berlin', synchronized: true })
    await eventually('it is 02:30 again', () => again.items().length === 2, 30_000)
  })

  test('a campaign leaves at midnight after its last day, by the site’s wall clock', { skip }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'always')
    await push(rig, 'november', { window: november })
    const player = await rig.startFaked('@2026-11-30 15:59:48', { synchronized: true })
    await eventually('the last minute of November', () => player.items().includes('november'), 30_000)
    await eventually('it is December in Shanghai', () => !player.items().includes('november'), 30_000)
    assert.deepEqual(player.items(), ['always'])
  })

  test('after a restart the time goes on where the machine ran on, although its clock was set meanwhile', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'always')
    await push(rig, 'november', { window: november })
    const before = await rig.startFaked('@2026-11-28 12:00:00', { synchronized: true })
    await eventually('the campaign is on', () => before.items().length === 2, 30_000)
    await before.stop()
    const after = await rig.startFaked('@2031-01-01 12:00:00')
    await eventually('it is still November', () => after.items().length === 2, 30_000)
    await rig.observer.untilState(({ clock, clockSource }) => clock === 'holdover' && clockSource === 'saved')
  })

  test('after the power was off, a clock on a battery is believed if it has gone on, and not if it lost its battery', {
    skip,
  }, async (context) => {
    const rig = await setClockRig(context)
    await push(rig, 'always')
    await push(rig, 'november', { window: november })
    const before = await rig.startFaked('@2026-11-28 12:00:00', { synchronized: true })
    await eventually('the campaign is on', () => before.items().length === 2, 30_000)
    await before.stop()
    const lost = await rig.startFaked('@2026-11-27 12:00:00', { keepsTime: true, boot: 'second' })
    await rig.observer.untilState(({ clock }) => clock === 'unknown')
    await eventually('only what has no window', () => lost.items().length === 1, 30_000)
    await lost.stop()
    const kept = await rig.startFaked('@2026-11-29 12:00:00', { keepsTime: true, boot: 'third' })
    await eventually('the campaign is on again', () => kept.items().length === 2, 30_000)
    await rig.observer.untilState(({ clock }) => clock === 'holdover')
  })
})

const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** Five minutes before now to five minutes after it, in UTC. */
function edgesAround(): { from: string; until: string } {
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  return { from: at(Date.now() - 5 * 60_000), until: at(Date.now() + 5 * 60_000) }
}
