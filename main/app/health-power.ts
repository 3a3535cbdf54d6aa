import {
  type Connector,
  type DisplaysSeen,
  seeDisplays,
  type WallPower,
  wallPowerOf,
} from '../../shared/health/wall-power.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'

/** Looks at the connectors of this machine; undefined where nothing can be read. */
export type ReadConnectors = () => Promise<readonly Connector[] | undefined>

export type PowerWatchOptions = {
  readonly db: WriteDb
  /** Runs what uses the database; undefined when that fails. */
  readonly attempt: <Result>(run: () => Result) => Result | undefined
  /** Undefined: nobody can look. */
  readonly read: ReadConnectors | undefined
}

/** Whether a display takes the picture, as far as this machine tells. */
export type PowerWatch = {
  /** To be called every two seconds; never rejects. */
  look(): Promise<void>
  power(): WallPower
}

const displaySeen = 'display-seen'

/** That a display was once on is remembered: a player that starts beneath a wall without power knows then that it is missing. */
export function createPowerWatch({ db, attempt, read }: PowerWatchOptions): PowerWatch {
  const wasOn = attempt(() => findSetting(db, displaySeen)) !== undefined
  let seen: DisplaysSeen = { wasOn, looksWithout: undefined }
  return {
    async look() {
      if (!read) return
      const before = seen
      seen = seeDisplays(seen, await read().catch(() => undefined))
      if (seen.wasOn && !before.wasOn) attempt(() => putSetting(db, displaySeen, 'yes'))
    },
    power: () => wallPowerOf(seen),
  }
}
