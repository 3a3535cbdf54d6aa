import { z } from 'zod'
import { instant } from '../documents/fields.ts'

/** From what only helps to find a fault, to what somebody has to look at. */
export const logLevels = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** One line of the log, as JSON. Readers pass over lines that are none: a full disk may have cut one. */
export const logLine = z.object({
  at: instant,
  level: z.enum(logLevels),
  message: z.string(),
  about: z.record(z.string(), z.unknown()).optional(),
  /** This line stands for so many of the same. */
  times: z.int().optional(),
})
export type LogLine = z.infer<typeof logLine>

/** A line of the file as a value; undefined if it is none. */
export function readLogLine(text: string): LogLine | undefined {
  try {
    const read = logLine.safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined // cut by a full disk, or not ours
  }
}
