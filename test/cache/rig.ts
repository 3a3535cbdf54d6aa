import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { AssetFiles, DamagedPiece } from '../../main/app/asset-store.ts'
import { createDownloads, type Downloads, type DownloadTrouble } from '../../main/app/downloads.ts'
import type { Clock } from '../../main/app/ports.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'

/** Bytes that nobody has seen before. */
export const someBytes = (size: number): Buffer => randomBytes(size)

export const nameOf = (bytes: Uint8Array): AssetName => assetNameOf(createHash('sha256').update(bytes).digest('hex'))

export const wantedOf = (bytes: Uint8Array, urls: readonly string[], order = 0): WantedAsset => ({
  asset: nameOf(bytes),
  bytes: bytes.byteLength,
  mediaType: 'image/png',
  urls,
  order,
})

/** The machine's clock, with waits a hundred times as short: retries are waited for, but not for minutes. */
export const hurriedClock: Clock = {
  now: systemClock.now,
  monotonicMs: () => systemClock.monotonicMs() * 100,
  after: (ms, run) => systemClock.after(ms / 100, run),
}

/** A clock whose timers all run when it is told to. */
export function tickedClock(): { clock: Clock; tick: () => void } {
  let timers: (() => void)[] = []
  const after = (_ms: number, run: () => void) => {
    timers.push(run)
    return () => {
      timers = timers.filter((one) => one !== run)
    }
  }
  const tick = () => {
    const due = timers
    timers = []
    for (const run of due) run()
  }
  return { clock: { now: systemClock.now, monotonicMs: systemClock.monotonicMs, after }, tick }
}

/** A player's store in a folder of its own: real database, real files, real downloads. */
export type Rig = {
  readonly dataDir: string
  readonly db: WriteDb
  readonly files: AssetFiles
  readonly downloads: Downloads
  readonly cached: AssetName[]
  readonly troubles: DownloadTrouble[]
  readonly damages: DamagedPiece[]
  /** Where an asset's file is, and where its half download. */
  pathOf(asset: AssetName): string
  partialOf(asset: AssetName): string
  /** What is on disk under an asset's name. */
  contentOf(asset: AssetName): Buffer
  /** Ends it, leaving everything on disk. */
  stop(): Promise<void>
}

export type RigOptions = {
  readonly reserveBytes?: number
  readonly dataDir?: string
  readonly sourceClock?: Clock
  readonly atOnce?: number
}

export function createRig(t: TestContext, options: RigOptions = {}): Rig {
  const dataDir = options.dataDir ?? temporaryFolder(t)
  const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
  const damages: DamagedPiece[] = []
  const cached: AssetName[] = []
  const troubles: DownloadTrouble[] = []
  const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: (damage) => damages.push(damage) })
  const downloads = createDownloads({
    db,
    files,
    source: createHttpSource({ clock: options.sourceClock ?? systemClock }),
    clock: hurriedClock,
    random: () => 0.5,
    onCached: (asset) => cached.push(asset),
    onTrouble: (trouble) => troubles.push(trouble),
    reserveBytes: options.reserveBytes ?? 0,
    ...(options.atOnce !== undefined && { atOnce: options.atOnce }),
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= downloads.stop().then(close)
    return stopped
  }
  t.after(stop)
  const pathOf = (asset: AssetName) => join(dataDir, 'assets', hexOf(asset).slice(0, 2), hexOf(asset))
  const partialOf = (asset: AssetName) => join(dataDir, 'partial', hexOf(asset))
  const contentOf = (asset: AssetName) => readFileSync(pathOf(asset))
  return { dataDir, db, files, downloads, cached, troubles, damages, pathOf, partialOf, contentOf, stop }
}

/** Waits for the thing itself; fails with what was waited for when it does not come. */
export async function until(what: string, holds: () => boolean, deadlineMs = 30_000): Promise<void> {
  const end = systemClock.monotonicMs() + deadlineMs
  while (!holds()) {
    if (systemClock.monotonicMs() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Downloads one asset from these addresses and waits until it is there. */
export async function fetched(rig: Rig, wanted: WantedAsset): Promise<Buffer> {
  rig.downloads.want([wanted])
  await until(`${wanted.asset} is cached`, () => rig.cached.includes(wanted.asset))
  return rig.contentOf(wanted.asset)
}
