import { saidText } from '../../shared/logs/show.ts'
import type { Log } from '../app/log.ts'

/** Writes lines to standard error: time, level where it is not plain information, message, details. */
export function consoleLog(name: string): Log {
  process.stderr.on('error', () => {}) // whoever read the log is gone; the wall is not dark for that
  return (level, message, about) => {
    if (level === 'debug') return
    const time = new Date().toISOString().slice(11, 19)
    process.stderr.write(`${time} ${name}  ${saidText({ level, message, about })}\n`)
  }
}
