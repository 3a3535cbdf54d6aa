import { z } from 'zod'
import type { KeptFault, NewFault } from '../../shared/reports/fault.ts'
import type { ReadDb, WriteDb } from './connection.ts'

/** Of one code and of all: whoever controls the broker can cause as many refusals as he likes, and they hide nothing else. */
const keptOfCode = 10
const keptOfAll = 100
/** Details are values of a few words; longer ones tell nobody under a wall more. */
const longestMessage = 1000
const longestAbout = 2000

/** Keeps a fault in the place of the last one of the same code and subject; the oldest beyond the limits are forgotten. */
export function keepFault(db: WriteDb, fault: NewFault): void {
  const { code, subject, severity } = fault
  const atMs = Date.parse(fault.at)
  const about = JSON.stringify(fault.about)
  db.transaction(() => {
    const same = 'code = $code AND subject = $subject'
    const before = db.get(beforeRow, `SELECT first_at, times FROM faults WHERE ${same}`, { code, subject })
    db.run(`DELETE FROM faults WHERE ${same}`, { code, subject })
    db.run(
      `INSERT INTO faults (code, subject, severity, first_at, at, times, message, about)
       VALUES ($code, $subject, $severity, $firstAt, $at, $times, $message, $about)`,
      {
        ...{ code, subject, severity, at: atMs },
        firstAt: before?.first_at ?? atMs,
        times: (before?.times ?? 0) + 1,
        message: fault.message.slice(0, longestMessage),
        about: about.length > longestAbout ? '{}' : about,
      },
    )
    const newest = 'SELECT seq FROM faults WHERE code = $code ORDER BY seq DESC LIMIT $kept'
    db.run(`DELETE FROM faults WHERE code = $code AND seq NOT IN (${newest})`, { code, kept: keptOfCode })
    db.run('DELETE FROM faults WHERE seq NOT IN (SELECT seq FROM faults ORDER BY seq DESC LIMIT $kept)', {
      kept: keptOfAll,
    })
  })
}

const beforeRow = z.object({ first_at: z.int(), times: z.int() })

const instant = z.int().transform((ms) => new Date(ms).toISOString())
const faultRow = z.object({
  code: z.string(),
  severity: z.enum(['warning', 'error']),
  firstAt: instant,
  at: instant,
  times: z.int(),
  message: z.string(),
  about: z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text))),
})

/** The newest first; `severity`: only these. */
export function lastFaults(db: ReadDb, limit: number, severity?: KeptFault['severity']): KeptFault[] {
  const sql = `SELECT code, severity, first_at AS firstAt, at, times, message, about FROM faults
    WHERE $severity IS NULL OR severity = $severity ORDER BY seq DESC LIMIT $limit`
  return db.all(faultRow, sql, { limit, severity: severity ?? null })
}
