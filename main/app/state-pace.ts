import type { State } from '../../shared/reports/state.ts'
import type { Clock, Undo } from './ports.ts'

type Said = Omit<State, 'at'>

/** Lets through what is new at once, and how far the downloads are only now and then: the state is retained, and many watch it. */
export type StatePace = { say(state: Said): void; stop: Undo }

/** How often progress alone is told. */
const everyMs = 2_000

/** `again` is called when it is time to look how far the downloads are; it leads to another `say`. */
export function createStatePace(clock: Clock, send: (state: Said) => void, again: () => void): StatePace {
  let saidKey: string | undefined
  let saidAtMs = 0
  let disarm: Undo | undefined

  /** One timer at a time: a state that is said often must not push it away. */
  function lookAgain(ms: number): void {
    disarm ??= clock.after(ms, () => {
      disarm = undefined
      again()
    })
  }

  return {
    say(state) {
      const key = keyOf(state)
      const waitedMs = clock.monotonicMs() - saidAtMs
      if (key === saidKey && waitedMs < everyMs) return lookAgain(everyMs - waitedMs)
      saidKey = key
      saidAtMs = clock.monotonicMs()
      send(state)
      if (state.downloads?.some((one) => one.state !== 'waiting')) lookAgain(everyMs)
    },
    stop: () => disarm?.(),
  }
}

/** What is more than progress. */
function keyOf({ downloads: _downloads, playlists, ...rest }: Said): string {
  const steady = playlists.map(({ id, target, revision, status, missingBytes }) => [
    id,
    target,
    revision,
    status,
    missingBytes > 0,
  ])
  return JSON.stringify([rest, steady])
}
