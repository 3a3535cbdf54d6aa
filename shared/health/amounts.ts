/** Amounts as people read them, in words that are the same in every language. */
export const amountText = {
  /** Powers of 1000, as disks are sold: `1.2 GB`. */
  bytes(bytes: number): string {
    const steps = ['B', 'kB', 'MB', 'GB', 'TB']
    const power = Math.min(steps.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
    const value = bytes / 1000 ** power
    return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${steps[power]}`
  },
  percent: (percent: number): string => `${Math.round(percent)} %`,
  celsius: (degrees: number): string => `${Math.round(degrees)} °C`,
  /** The two largest units: `3 d 4 h`, `5 min`, `12 s`. */
  duration(ms: number): string {
    const seconds = Math.round(Math.abs(ms) / 1000)
    const parts = [
      [Math.floor(seconds / 86_400), 'd'],
      [Math.floor(seconds / 3_600) % 24, 'h'],
      [Math.floor(seconds / 60) % 60, 'min'],
      [seconds % 60, 's'],
    ] as const
    const first = parts.findIndex(([amount]) => amount > 0)
    if (first < 0) return '0 s'
    return parts
      .slice(first, first + 2)
      .filter(([amount]) => amount > 0)
      .map(([amount, unit]) => `${amount} ${unit}`)
      .join(' ')
  },
} as const
