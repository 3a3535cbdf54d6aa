/** The value below which this share (0 to 1) of the values lies, by the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

/** `p50 41 ms, p95 60 ms, p99 71 ms, max 71 ms (50 runs)` */
export function figuresOf(values: readonly number[]): string {
  const parts = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${quantile(values, share).toFixed(0)} ms`)
  return `${parts.join(', ')}, max ${Math.max(...values).toFixed(0)} ms (${values.length} runs)`
}

/** Keeps undos for a program that is no test, and runs them backwards at its end, also when it is interrupted or ended. */
export function createUndo(): { after(undo: () => Promise<void>): void; run(): Promise<void> } {
  const undos: (() => Promise<void>)[] = []
  const run = async () => {
    for (const undo of undos.splice(0).toReversed()) await undo()
  }
  // A wall is a process group of its own: it would outlive this program and go on drawing.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void run().finally(() => process.exit(1)))
  }
  return { after: (undo) => void undos.push(undo), run }
}
