import type { Clock } from '../../main/app/ports.ts'

/** A clock that stands until it is told that time passes; what is due then happens in its order. */
export function manualClock(): Clock & { pass(ms: number): void } {
  let nowMs = 0
  const due = new Map<object, { readonly atMs: number; run(): void }>()
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    after(ms, run) {
      const key = {}
      due.set(key, { atMs: nowMs + ms, run })
      return () => void due.delete(key)
    },
    pass(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = [...due].filter(([, { atMs }]) => atMs <= untilMs).toSorted(([, a], [, b]) => a.atMs - b.atMs)
        if (!next) break
        due.delete(next[0])
        nowMs = next[1].atMs
        next[1].run()
      }
      nowMs = untilMs
    },
  }
}
