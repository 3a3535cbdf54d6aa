import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Environment } from './chromium-binary.ts'
import { noPointer } from './no-pointer.ts'

/**
 * The environment for a browser whose windows are black where nothing is drawn yet. A window that opens, moves or grows, or
 * whose page has just died, has the colour of GTK's theme for some frames, which is nearly white, and grey in GTK's darkest
 * one; so a theme of one rule is written into `folder`. Nor does a pointer stand on them (no-pointer.ts).
 */
export function blackFrames(folder: string, environment: Environment): Readonly<Record<string, string>> {
  try {
    for (const version of ['gtk-3.0', 'gtk-4.0']) {
      const home = join(folder, 'themes', theme, version)
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, 'gtk.css'), rule)
      writeFileSync(join(home, 'settings.ini'), settings)
    }
  } catch {
    return { GTK_THEME: 'HighContrastInverse' } // dark grey is the next best
  }
  const usual = environment.XDG_DATA_DIRS || ['/usr/local/share', '/usr/share'].join(delimiter)
  return { ...noPointer(folder), GTK_THEME: theme, XDG_DATA_DIRS: [folder, usual].join(delimiter) }
}

const theme = 'PlazacastBlack'
/**
 * Where a page dies, Chromium draws words of its own ("Aw, Snap!") and below them a button, in colours that can be read on any ground
 * and that no theme decides. So its letters are larger than any display: the first line begins with a fifth of nothing, which fills
 * the display, and all else lies below it. In points; a window with tabs would grow by them, so no such window is opened.
 */
const settings = '[Settings]\ngtk-font-name=Sans 10000\n'
const rule =
  '* { background-color: #000; background-image: none; color: #000; border-color: #000; box-shadow: none; }\n'
