import type { FromScreen } from '../../shared/screen/wire.ts'
import type { Clock } from './ports.ts'

/** Hears what the page says, for whoever waits for something. */
export type PageEar = {
  /** To be called with every message of the page, after it was taken. */
  heard(message: FromScreen): void
  /** The first thing that `pick` makes of a message from now on; undefined if none comes in time or the wait is given up. */
  next<T>(pick: (message: FromScreen) => T | undefined, withinMs: number, signal?: AbortSignal): Promise<T | undefined>
}

export function createPageEar(clock: Clock): PageEar {
  const listeners = new Set<(message: FromScreen) => void>()
  return {
    heard(message) {
      for (const listener of [...listeners]) listener(message)
    },
    next: (pick, withinMs, signal) =>
      new Promise((resolve) => {
        const settle = (value: ReturnType<typeof pick>) => {
          listeners.delete(look)
          signal?.removeEventListener('abort', giveUp)
          cancel()
          resolve(value)
        }
        const giveUp = () => settle(undefined)
        const look = (message: FromScreen) => {
          const picked = pick(message)
          if (picked !== undefined) settle(picked)
        }
        const cancel = clock.after(withinMs, giveUp)
        listeners.add(look)
        signal?.addEventListener('abort', giveUp)
      }),
  }
}
