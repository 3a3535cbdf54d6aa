import { createLogUpdate } from 'log-update'

/** Text on a terminal that is redrawn in its place. */
export type LiveText = {
  /** Shows these lines instead of the last ones. */
  show(lines: readonly string[]): void
  /** Writes a line that stays, above what is redrawn. */
  keep(line: string): void
  /** Leaves the last lines where they are and gives the cursor back. */
  end(): void
}

/** Redraws on a terminal; only where `stream.isTTY`. */
export function liveText(stream: NodeJS.WriteStream): LiveText {
  const log = createLogUpdate(stream)
  let shown: readonly string[] = []
  return {
    show: (lines) => {
      shown = lines
      log(lines.join('\n'))
    },
    keep: (line) => {
      log.clear()
      stream.write(`${line}\n`)
      if (shown.length > 0) log(shown.join('\n'))
    },
    end: () => {
      shown = []
      log.done()
    },
  }
}
