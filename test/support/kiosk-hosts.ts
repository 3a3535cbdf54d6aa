import { existsSync } from 'node:fs'
import { join } from 'node:path'

const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(import.meta.dirname, '../../node_modules/electron/dist')
const electronIsHere = existsSync(join(dist, 'electron'))

if (!electronIsHere && process.env.PLAZACAST_REQUIRE_ELECTRON)
  throw new Error(`Electron was promised, but is not in ${dist}`)
if (!electronIsHere) console.log('# Electron is not here: what runs under it is left out')

/** What a wall can be shown on here: a browser always, Electron where its program is. */
export const kioskHosts: readonly ('chromium' | 'electron')[] = electronIsHere ? ['chromium', 'electron'] : ['chromium']
