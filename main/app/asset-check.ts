import { type HeldAsset, heldAssets } from '../sqlite/assets.ts'
import type { ReadDb } from '../sqlite/open.ts'
import type { AssetFiles } from './asset-store.ts'
import type { Clock, Undo } from './ports.ts'

/** The share of a disk and a processor that the check leaves to the wall: it rests three times as long as it reads. */
const restShare = 3

export type AssetCheckOptions = { readonly db: ReadDb; readonly files: AssetFiles; readonly clock: Clock }

/**
 * After a start: looks at every file's size before it returns, which is quick, then reads and hashes every file in the
 * background, the longest unverified first. Damaged ones are dropped by the files themselves. Returns the undo.
 */
export function startAssetCheck({ db, files, clock }: AssetCheckOptions): Undo {
  files.checkSizes()
  const rest = createRest(clock)
  void checkAll(files, heldAssets(db), rest.pause)
  return rest.stop
}

async function checkAll(files: AssetFiles, held: readonly HeldAsset[], pause: () => Promise<void>): Promise<void> {
  try {
    await files.removeStrayPartials()
    for (const { asset } of held) await files.verify(asset, pause)
  } catch {
    // Stopped, or the machine is short of something: pieces are compared as they are read all the same.
  }
}

/** Rests in proportion to the time since the last rest; rejects once it is stopped. */
function createRest(clock: Clock): { pause: () => Promise<void>; stop: Undo } {
  let workedSinceMs = clock.monotonicMs()
  let wake = () => {}
  let stopped = false
  const pause = async () => {
    if (stopped) throw new Error('stopped')
    const worked = clock.monotonicMs() - workedSinceMs
    await new Promise<void>((resolve) => {
      const disarm = clock.after(worked * restShare, resolve)
      wake = () => {
        disarm()
        resolve()
      }
    })
    if (stopped) throw new Error('stopped')
    workedSinceMs = clock.monotonicMs()
  }
  const stop = () => {
    stopped = true
    wake()
  }
  return { pause, stop }
}
