import { join } from 'node:path'
import { sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import { makeClip } from '../support/clips.ts'
import { type Stage, setStage } from '../support/stage.ts'
import { type Comparison, compareShowings, createSeenShowings } from './seen-showings.ts'

export type OracleOptions = {
  readonly showings: number
  /** After so many showings the player is ended, in turn by SIGTERM and by SIGKILL, and started again. */
  readonly restartEvery: number
  readonly hz: number
  readonly progress?: (seen: number) => void
}
export type OracleResult = Comparison & { readonly seen: number; readonly records: number; readonly restarts: number }

const films = [1, 2]
const photos = [3, 4]

/** Runs a real wall with short items, looks at its display, and compares what was seen with what it has recorded. */
export async function runOracle(
  context: { after(undo: () => Promise<void>): void },
  options: OracleOptions,
): Promise<OracleResult> {
  const stage = await setStage(context, { width: 640, height: 360 }, options.hz)
  await stage.found()
  const seen = createSeenShowings(performance.timeOrigin)
  const stopSeeing = stage.grab.on(seen.take)
  let kiosk = await stage.startKiosk()
  await pushItems(stage)
  const endsMs: number[] = []
  for (let count = options.restartEvery; ; count += options.restartEvery) {
    const wanted = Math.min(count, options.showings)
    const isReached = () => {
      options.progress?.(seen.showings().length)
      return seen.showings().length > wanted
    }
    await stage.grab.waitFor(isReached, 60_000 + options.restartEvery * 2_000).catch((cause: unknown) => {
      throw new Error(`no further showing; the player said: ${kiosk.output().slice(-2_000)}`, { cause })
    })
    const isLast = wanted === options.showings
    endsMs.push(Date.now())
    if (isLast || endsMs.length % 2 === 1) await kiosk.stop()
    else await kiosk.powerOff()
    endsMs.push(Date.now())
    if (isLast) break
    kiosk = await stage.startKiosk()
  }
  stopSeeing()
  const records = recordsIn(stage.dataDir)
  const compared = compareShowings(seen.showings(), partable(records), itemOf, endsMs)
  const frameless = records
    .filter((record) => films.includes(itemOf(record)) && record.outcome === 'complete' && record.presentedFrames === 0)
    .map((record) => `record ${record.seq} of film ${itemOf(record)} has no frames`)
  return {
    ...compared,
    differences: [...compared.differences, ...frameless],
    seen: seen.showings().length,
    records: records.length,
    restarts: endsMs.length / 2 - 1,
  }
}

const itemOf = ({ item }: PlayRecord): number => Number(item.slice('item-'.length))

/** While only one asset is here its item follows itself: of a photo nobody can see that it was shown twice. */
function partable(records: readonly PlayRecord[]): PlayRecord[] {
  const parted: PlayRecord[] = []
  for (const record of records) {
    const last = parted.at(-1)
    const isSamePhoto = last?.item === record.item && photos.includes(itemOf(record)) && last.outcome === 'complete'
    if (isSamePhoto) parted[parted.length - 1] = { ...record, startedAt: last.startedAt, ms: last.ms + record.ms }
    else parted.push(record)
  }
  return parted
}

async function pushItems(stage: Stage): Promise<void> {
  const clips = await Promise.all([
    ...films.map((item) => makeClip({ kind: 'film', item, codec: 'h264', seconds: 1.5 })),
    ...photos.map((item) => makeClip({ kind: 'photo', item, format: 'png' })),
  ])
  const assets = await Promise.all(clips.map(({ file, mediaType }) => stage.origin.add(file, mediaType)))
  await stage.push(assets, {
    items: assets.map(({ asset, mediaType }, index) => ({
      id: `item-${clips[index]?.item}`,
      asset,
      ...(mediaType.startsWith('image/') && { seconds: 1 }),
    })),
  })
}

function recordsIn(dataDir: string): PlayRecord[] {
  const { db, close } = openForReading(join(dataDir, 'player.db'))
  try {
    const records: PlayRecord[] = []
    for (let page = sealedPlays(db, 0, 500); page.length > 0; page = sealedPlays(db, page.at(-1)?.seq ?? 0, 500))
      records.push(...page)
    return records.filter(({ kind }) => kind === 'showing')
  } finally {
    close()
  }
}
