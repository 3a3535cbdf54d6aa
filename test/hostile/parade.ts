import { readFile } from 'node:fs/promises'
import type { Sample } from '../oracle/grab.ts'
import { makeClip } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import type { Stage } from '../support/stage.ts'
import { hostileFile } from './mutations.ts'

/** What a parade of hostile files over a wall came to. */
export type ParadeResult = {
  readonly shown: number
  /** The longest time in which the wall showed none of the good pictures that stand between the files, and after which seed. */
  readonly longest: { readonly ms: number; readonly seed: number; readonly kind: string }
  /** How often a page, a browser or a player was lost. */
  readonly losses: number
}

/** How many go in one playlist. */
const troop = 50
const [firstGood, secondGood] = [201, 202]

/**
 * Leads hostile files over a real wall: signed, approved, downloaded and hashed like any other, each between two good
 * pictures. A file may fail or show whatever it decodes to, but the next good picture has to come.
 */
export async function parade(
  stage: Stage,
  fromSeed: number,
  count: number,
  say: (line: string) => void,
): Promise<ParadeResult> {
  const clips = await Promise.all(recipes.map(makeClip))
  const originals = await Promise.all(clips.map((clip) => readFile(clip.file)))
  const good = await Promise.all(
    [firstGood, secondGood].map(async (item) => {
      const clip = await makeClip({ kind: 'photo', item, format: 'png' })
      return stage.origin.add(clip.file, clip.mediaType)
    }),
  )
  let result: ParadeResult = { shown: 0, longest: { ms: 0, seed: fromSeed, kind: '' }, losses: 0 }
  for (let done = 0, revision = 1; done < count; done += troop, revision += 1) {
    const seeds = Array.from({ length: Math.min(troop, count - done) }, (_, index) => fromSeed + done + index)
    const files = await Promise.all(
      seeds.map(async (seed) => {
        const { original, kind, bytes } = hostileFile(seed, originals)
        return { seed, kind, asset: await stage.origin.addBytes(bytes, clips[original]?.mediaType ?? 'image/png') }
      }),
    )
    const holds = await oneTroop(
      stage,
      good,
      files.map(({ asset }) => asset),
      revision,
    )
    const worst = holds.reduce((most, ms, index) => (ms > (holds[most] ?? 0) ? index : most), 0)
    const ms = holds[worst] ?? 0
    if (ms > result.longest.ms) {
      result = { ...result, longest: { ms, seed: files[worst]?.seed ?? 0, kind: files[worst]?.kind ?? '' } }
    }
    result = {
      ...result,
      shown: done + seeds.length,
      losses: stage.observer.events.filter(({ code }) => code === 'stage-gone').length,
    }
    say(
      `${result.shown} files, longest hold ${result.longest.ms.toFixed(0)} ms (seed ${result.longest.seed}, ${result.longest.kind}), ${result.losses} losses`,
    )
  }
  return result
}

/** Pushes good, hostile, good, hostile, … and gives how long each hostile file held the wall. */
async function oneTroop(
  stage: Stage,
  good: readonly PushedAsset[],
  files: readonly PushedAsset[],
  revision: number,
): Promise<number[]> {
  const distinct = [...new Map([...good, ...files].map((one) => [one.asset, one])).values()]
  const items = files.flatMap(({ asset }, index) => [
    { id: `good-${index}`, asset: good[index % 2]?.asset as never, seconds: 0.3 },
    { id: `file-${index}`, asset, seconds: 0.3 },
  ])
  const last = { id: 'last', asset: good[files.length % 2]?.asset as never, seconds: 0.3 }
  const holds: number[] = []
  const watching = watchHolds(stage, files.length, (ms) => holds.push(ms))
  await stage.push(distinct, { revision, items: [...items, last] })
  await watching
  return holds
}

/** Follows the good pictures as they alternate; each change of them is one file survived. */
function watchHolds(stage: Stage, expected: number, held: (ms: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let on: number | undefined
    let lastSeenMs = 0
    let count = 0
    const timer = setTimeout(
      () => finish(() => reject(new Error(`the wall stands after ${count} of ${expected} files`))),
      30_000 + expected * 5_000,
    )
    const stop = stage.grab.on(({ seen, atMs }: Sample) => {
      if (seen.kind !== 'frame' || (seen.item !== firstGood && seen.item !== secondGood)) return
      if (on !== undefined && seen.item !== on) {
        held(atMs - lastSeenMs)
        count += 1
      }
      on = seen.item
      lastSeenMs = atMs
      if (count >= expected) finish(resolve)
    })
    const finish = (end: () => void) => {
      clearTimeout(timer)
      stop()
      end()
    }
  })
}

const recipes = [
  { kind: 'film', item: 3, codec: 'h264', seconds: 1 },
  { kind: 'film', item: 3, codec: 'h264', seconds: 1, audio: 'none', bFrames: true },
  { kind: 'film', item: 3, codec: 'vp9', seconds: 1 },
  { kind: 'film', item: 3, codec: 'av1', seconds: 1 },
  ...(['jpeg', 'png', 'webp', 'avif', 'gif'] as const).map((format) => ({ kind: 'photo', item: 3, format }) as const),
] as const
