import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import { signed } from '../support/documents.ts'
import { killDescendants } from '../support/processes.ts'
import { type Kiosk, playerTarget, type Stage, setStage } from '../support/stage.ts'
import { type OracleItem, serveOracleItems } from './oracle-items.ts'
import { type Comparison, compareShowings, createSeenShowings } from './seen-showings.ts'

export type OracleOptions = {
  readonly showings: number
  /** After so many showings the player is ended: by SIGTERM, by SIGKILL, by SIGKILL of everything, in turn. */
  readonly restartEvery: number
  /** After so many showings, in between, what is on is skipped by a command, or the page is killed, in turn. */
  readonly disturbEvery: number
  readonly hz: number
  readonly host?: 'chromium' | 'electron'
  readonly progress?: (seen: number) => void
}
export type OracleResult = Comparison & {
  readonly seen: number
  readonly records: number
  readonly restarts: number
  readonly skips: number
  readonly pageKills: number
}

/** Runs a real wall with short items, looks at its display, and compares what was seen with what it has recorded. */
export async function runOracle(
  context: { after(undo: () => Promise<void>): void },
  options: OracleOptions,
): Promise<OracleResult> {
  const served = await serveOracleItems()
  context.after(() => served.stop())
  const stage = await setStage(context, { width: 640, height: 360 }, options.hz)
  await stage.found()
  const seen = createSeenShowings(performance.timeOrigin)
  const stopSeeing = stage.grab.on(seen.take)
  let kiosk = await stage.startKiosk(options.host)
  await pushItems(stage, served.items)
  const endsMs: number[] = []
  const counts = { restarts: 0, skips: 0, pageKills: 0 }
  const reached = async (wanted: number) => {
    const isReached = () => {
      options.progress?.(seen.showings().length)
      return seen.showings().length > wanted
    }
    await stage.grab.waitFor(isReached, 60_000 + options.restartEvery * 2_000).catch((cause: unknown) => {
      throw new Error(`no further showing; the player said: ${kiosk.output().slice(-2_000)}`, { cause })
    })
  }
  const { showings, restartEvery, disturbEvery } = options
  for (let count = 1; count <= showings; count++) {
    await reached(count)
    if (count === showings) break
    if (count % restartEvery === 0 || count % disturbEvery === 0) await delay((count * stepMs) % withinMs)
    if (count % restartEvery === 0) {
      endsMs.push(Date.now())
      await endings[counts.restarts % endings.length]?.(kiosk)
      endsMs.push(Date.now())
      counts.restarts += 1
      kiosk = await stage.startKiosk(options.host)
    } else if (count % disturbEvery === 0) {
      if ((counts.skips + counts.pageKills) % 2 === 0) {
        counts.skips += 1
        await skip(stage)
      } else {
        counts.pageKills += 1
        endsMs.push(Date.now())
        killDescendants(kiosk.pid, 'renderer')
      }
    }
  }
  endsMs.push(Date.now())
  await kiosk.stop()
  endsMs.push(Date.now())
  stopSeeing()
  const records = recordsIn(stage.dataDir)
  const isFilm = (item: number) => served.items.some((one) => one.item === item && one.kind === 'film')
  const compared = compareShowings(seen.showings(), partable(records, isFilm), itemOf, isFilm, endsMs)
  const frameless = records
    .filter((record) => isFilm(itemOf(record)) && record.outcome === 'complete' && record.presentedFrames === 0)
    .map((record) => `record ${record.seq} of film ${itemOf(record)} has no frames`)
  return {
    ...compared,
    ...counts,
    differences: [...compared.differences, ...frameless],
    seen: seen.showings().length,
    records: records.length,
  }
}

/** What is done is done at ever other moments of a showing, which is on for longer than this. */
const withinMs = 500
const stepMs = 61

const endings: readonly ((kiosk: Kiosk) => Promise<void>)[] = [
  (kiosk) => kiosk.stop(),
  (kiosk) => kiosk.crash(),
  (kiosk) => kiosk.powerOff(),
]

const itemOf = ({ item }: PlayRecord): number => Number(item.slice('item-'.length))

async function skip(stage: Stage): Promise<void> {
  const command = {
    kind: 'command',
    id: randomUUID(),
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    target: playerTarget,
    command: 'skip',
  }
  const topic = `plazacast/v1/${playerTarget}/commands`
  await stage.observer.publish(topic, await signed('command', command, stage.city.operator))
}

/** While only one asset is here its item follows itself: of a photo nobody can see that it was shown twice. */
function partable(records: readonly PlayRecord[], isFilm: (item: number) => boolean): PlayRecord[] {
  const parted: PlayRecord[] = []
  for (const record of records) {
    const last = parted.at(-1)
    if (last && !isFilm(itemOf(record)) && followsItself(last, record))
      parted[parted.length - 1] = { ...record, startedAt: last.startedAt, ms: last.ms + record.ms }
    else parted.push(record)
  }
  return parted
}

/** Longer than any swap. */
const pauseMs = 200

function followsItself(last: PlayRecord, record: PlayRecord): boolean {
  const pause = Date.parse(record.startedAt) - Date.parse(last.startedAt) - last.ms
  return last.item === record.item && last.outcome === 'complete' && pause < pauseMs
}

async function pushItems(stage: Stage, items: readonly OracleItem[]): Promise<void> {
  await stage.push(
    items.map(({ asset }) => asset),
    { items: items.map(({ listed }) => listed) },
  )
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
