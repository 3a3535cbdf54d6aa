import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../support/player-rig.ts'
import { inspect, type setScene } from './scene.ts'

const run = promisify(execFile)
const mebibyte = 1024 * 1024

/** A file system of its own, of this size: a real ext4 in a loop device, else a tmpfs; undefined where nothing may be mounted. */
export type Volume = {
  readonly kind: string
  readonly folder: string
  /** Takes every byte that is left. */
  fill(): void
  /** Gives them back. */
  empty(): void
  unmount(): Promise<void>
}

export async function mountVolume(mebibytes: number): Promise<Volume | undefined> {
  const base = mkdtempSync(join(tmpdir(), 'plazacast-volume-'))
  const folder = join(base, 'disk')
  const image = join(base, 'image')
  mkdirSync(folder)
  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'ext4 in a loop device',
      async () => {
        await run('truncate', ['-s', `${mebibytes}M`, image])
        await run('mkfs.ext4', ['-q', '-m', '0', image])
        await run('mount', ['-o', 'loop', image, folder])
      },
    ],
    ['tmpfs', () => run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'plazacast-test', folder])],
  ]
  for (const [kind, mount] of ways) {
    const isMounted = await mount().then(
      () => true,
      () => false, // not permitted here
    )
    if (isMounted) return volumeAt(kind, folder, base)
  }
  rmSync(base, { recursive: true })
  return undefined
}

function volumeAt(kind: string, folder: string, base: string): Volume {
  const filler = join(folder, 'somebody-elses')
  return {
    kind,
    folder,
    fill() {
      const handle = openSync(filler, 'a')
      try {
        for (const size of [mebibyte, 4096, 1]) writeUntilFull(handle, Buffer.alloc(size, 1))
      } finally {
        closeSync(handle)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    async unmount() {
      await run('umount', ['-l', folder])
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function writeUntilFull(handle: number, block: Buffer): void {
  for (;;) {
    try {
      writeSync(handle, block)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
      throw error
    }
  }
}

/**
 * A small disk that is filled to its last byte while the player downloads and plays, again and again: what is here plays on,
 * what cannot be stored is not taken; when the room is back, everything comes without a restart.
 */
export async function fillAndHeal(
  scene: Awaited<ReturnType<typeof setScene>>,
  volume: Volume,
  rounds: number,
  say: (line: string) => void,
): Promise<void> {
  const { observer } = scene
  const dataDir = join(volume.folder, 'player')
  const player = scene.start(dataDir)
  await player.next(/^started/, 60_000)
  const last = { assets: [scene.asset(3 * mebibyte, 'first')] }
  await scene.push('wall', 1, last.assets)
  await player.next(/^shown wall 1 /)
  for (let round = 2; round < rounds + 2; round++) {
    volume.fill()
    const eventsBefore = observer.events.length
    const more = scene.asset(2 * mebibyte, `round ${round}`)
    await scene.push('wall', round, [...last.assets.slice(-3), more])
    // It plays on what it has, and goes on doing so.
    for (let count = 0; count < 3; count++) await player.next(/^shown wall /)
    volume.fill()
    for (let count = 0; count < 10; count++) await player.next(/^shown wall /)
    const firstShown = player.lines.findIndex((line) => line.startsWith('shown'))
    assert.ok(!player.lines.slice(firstShown).includes('slate'), 'no slate once something plays')
    // What nothing wants any more may have made room enough: then nothing was short, and nothing is to be told.
    const came = player.errors.join('').includes(`asset-cached: ${more.asset.slice(0, 15)}`)
    volume.empty()
    last.assets = [...last.assets.slice(-3), more]
    await player.next(new RegExp(`^shown wall ${round} item-${last.assets.length}`), 120_000)
    const isTold = ({ code }: { code: string }) => ['disk-full', 'storage-failed'].includes(code)
    await eventually(
      `it is told; ${player.errors.join('').slice(-1500)}`,
      () => came || observer.events.slice(eventsBefore).some(isTold),
      45_000,
    )
    const told = observer.events.slice(eventsBefore).map(({ code }) => code)
    say(`round ${round - 1}: ${came ? 'came all the same' : 'healed'}; told: ${[...new Set(told)].join(', ')}`)
  }
  await player.kill()
  const { wrongAssets, held, revisions } = inspect(dataDir)
  assert.deepEqual(wrongAssets, [])
  assert.equal(revisions.get('wall'), rounds + 1)
  const { bavail, bsize } = statfsSync(volume.folder)
  say(`${held} assets held, all as signed; ${Math.round((bavail * bsize) / mebibyte)} MiB free`)
}
