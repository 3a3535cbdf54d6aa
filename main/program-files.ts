import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a player program brings along, wherever it runs from. */
export type ProgramFiles = {
  readonly version: string
  /** The page's bundle. */
  readonly screenDir: string
  /** The Electron program's bundle. */
  readonly electronAppDir: string
}

/** Finds them for a program that runs from its sources in `main/`, or from its bundle in `build/out/kiosk/`. */
export function programFiles(here = import.meta.dirname): ProgramFiles {
  const isBundle = existsSync(join(here, 'package.json'))
  const built = isBundle ? join(here, '..') : join(here, '../build/out')
  const manifest = readFileSync(join(here, isBundle ? 'package.json' : '../package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  return { version, screenDir: join(built, 'screen'), electronAppDir: join(built, 'app') }
}
