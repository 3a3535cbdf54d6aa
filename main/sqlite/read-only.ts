import { connectFile, createConnection, type ReadDb } from './connection.ts'

/** Opens a database that a player may be using, to read it as it is: nothing is migrated, repaired or written. */
export function openForReading(file: string): { readonly db: ReadDb; close(): void } {
  const open = () => {
    const connection = connectFile(file, undefined)
    connection.pragma('query_only = ON')
    return connection
  }
  return createConnection(open(), open)
}
