import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssetFiles } from '../../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../../main/adapters/http-source.ts'
import { systemClock } from '../../../main/adapters/system-clock.ts'
import type { AssetSource } from '../../../main/app/asset-source.ts'
import { createDownloads } from '../../../main/app/downloads.ts'
import type { Clock } from '../../../main/app/ports.ts'
import { openDatabase } from '../../../main/sqlite/open.ts'
import type { AssetName } from '../../../shared/asset-name.ts'
import { hexOf } from '../../../shared/asset-name.ts'
import { chanceOf } from '../../attack/chance.ts'
import { nameOf, until, wantedOf } from '../rig.ts'
import { bytesOf, startFaultServer } from './fault-server.ts'
import { isResumable, type Transfer, transferOf } from './transfer.ts'

/** What a siege of the downloads came to. Bytes are those of bodies, as the player read them. */
export type Outcome = {
  readonly arrived: number
  readonly missing: readonly number[]
  /** Files under an asset's name that are not the asset: must be 0. */
  readonly wrongFiles: number
  readonly met: ReadonlyMap<string, number>
  readonly askedTooEarly: number
  readonly rememberedTarget: number
  readonly restarts: number
  /** Of the transfers in which every interruption left something to go on with. */
  readonly resumable: {
    readonly count: number
    readonly interrupted: number
    readonly bytes: number
    readonly refetchedBytes: number
    /** Seeds of those that read more than 1 % and a MiB again. */
    readonly overBudget: readonly number[]
  }
}

/** Waits are this many times as short as they say. */
const speed = 200
const fast: Clock = {
  now: systemClock.now,
  monotonicMs: () => systemClock.monotonicMs() * speed,
  after: (ms, run) => systemClock.after(ms / speed, run),
}
const batchSize = 100
const mebibyte = 1024 * 1024

/** Fetches as many seeded transfers through the real downloads, files, database and HTTP; each batch is broken by a restart. */
export async function besiege(
  dataDir: string,
  seed: number,
  count: number,
  progress: (done: number) => void,
): Promise<Outcome> {
  const server = await startFaultServer(speed)
  const transfers = Array.from({ length: count }, (_, index) => transferOf(seed * 1_000_000 + index))
  const readBytes = new Map<AssetName, number>()
  const tries = new Map<AssetName, number>()
  const names = new Map(transfers.map((one) => [one, nameOf(bytesOf(one.seed, one.sizeBytes))]))
  const wrong = new Set<AssetName>()
  const missing: number[] = []
  let restarts = 0
  try {
    for (let at = 0; at < count; at += batchSize) {
      const batch = transfers.slice(at, at + batchSize)
      const chance = chanceOf(seed + at)
      const before = chance.below(batch.length)
      const wanted = batch.map((one, order) => ({
        ...wantedOf(bytesOf(one.seed, one.sizeBytes), server.urlsOf(one), order),
      }))
      const counted = counting(createHttpSource({ clock: fast }), readBytes, tries)
      await runUntil(dataDir, counted, wanted, before)
      restarts += 1
      server.forgetWaits()
      missing.push(...(await runUntil(dataDir, counted, wanted, batch.length)).map((index) => batch[index]?.seed ?? -1))
      for (const one of batch) {
        const name = names.get(one)
        if (name && !missing.includes(one.seed) && nameOf(fileOf(dataDir, name)) !== name) wrong.add(name)
      }
      progress(Math.min(count, at + batchSize))
    }
  } finally {
    await server.stop()
  }
  return {
    arrived: count - missing.length,
    missing,
    wrongFiles: wrong.size,
    met: server.met,
    ...server.wrongs,
    restarts,
    resumable: resumed(transfers.filter(isResumable), names, readBytes, tries),
  }
}

const fileOf = (dataDir: string, name: AssetName): Buffer =>
  readFileSync(join(dataDir, 'assets', hexOf(name).slice(0, 2), hexOf(name)))

/** A player over this folder until so many are there; gives the places of those that never came. */
async function runUntil(
  dataDir: string,
  source: AssetSource,
  wanted: readonly ReturnType<typeof wantedOf>[],
  enough: number,
): Promise<number[]> {
  const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
  const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
  const downloads = createDownloads({
    ...{ db, files, source, clock: fast, random: Math.random, reserveBytes: 0, atOnce: 8 },
    onCached: () => {},
    onTrouble: () => {},
  })
  try {
    downloads.want(wanted)
    const left = () => downloads.progress().length
    await until('enough transfers are done', () => wanted.length - left() >= enough, 120_000).catch(() => {})
    const late = new Set(downloads.progress().map(({ asset }) => asset))
    return wanted.flatMap(({ asset }, index) => (late.has(asset) ? [index] : []))
  } finally {
    await downloads.stop()
    close()
  }
}

/** Counts what is read of each asset's bodies. */
const counting =
  (source: AssetSource, readBytes: Map<AssetName, number>, tries: Map<AssetName, number>): AssetSource =>
  async (request, signal) => {
    const { asset } = request
    if (asset) tries.set(asset, (tries.get(asset) ?? 0) + 1)
    const answer = await source(request, signal)
    async function* counted() {
      for await (const chunk of answer.chunks) {
        if (asset) readBytes.set(asset, (readBytes.get(asset) ?? 0) + chunk.byteLength)
        yield chunk
      }
    }
    return { ...answer, chunks: counted() }
  }

function resumed(
  all: readonly Transfer[],
  names: ReadonlyMap<Transfer, AssetName>,
  readBytes: ReadonlyMap<AssetName, number>,
  tries: ReadonlyMap<AssetName, number>,
): Outcome['resumable'] {
  const rows = all.map((one) => {
    const name = names.get(one)
    const again = Math.max(0, ((name && readBytes.get(name)) ?? 0) - one.sizeBytes)
    return { one, again, tries: (name && tries.get(name)) ?? 0 }
  })
  return {
    count: all.length,
    interrupted: rows.filter((row) => row.tries > 1).length,
    bytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    refetchedBytes: rows.reduce((sum, { again }) => sum + again, 0),
    overBudget: rows.filter(({ one, again }) => again > one.sizeBytes / 100 + mebibyte).map(({ one }) => one.seed),
  }
}
