import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { documents } from '../sqlite/documents.ts'
import { openForReading } from '../sqlite/read-only.ts'
import { type ForecastDocument, readForecastJson } from './forecast-sources.ts'

/** The newest documents that a player has accepted and keeps in its data folder; they were verified when they came. */
export function readForecastData(folder: string): ForecastDocument[] {
  const file = join(folder, 'player.db')
  if (!existsSync(file)) throw new OperatorError(`${folder} holds no player.db: is it a player's data folder?`, 2)
  const { db, close } = openForReading(file)
  try {
    return documents(db)
      .filter(({ kind }) => kind === 'playlist' || kind === 'site' || kind === 'takedowns')
      .map(({ kind, id, jws }) => readForecastJson(Buffer.from(jws), `${file}: ${kind} ${id}`))
  } catch (error) {
    if (error instanceof OperatorError) throw error
    throw new OperatorError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 1)
  } finally {
    close()
  }
}
