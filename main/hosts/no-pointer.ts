import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The environment for a browser whose pointer is nothing, whatever it is asked to be. A page can say `cursor: none`, but Chromium
 * gives a window that much only once a mouse has moved over it: until then, and on a wall for ever, an arrow stands in its middle.
 * So a theme of pointers with nothing in them is written into `folder`.
 */
export function noPointer(folder: string): Readonly<Record<string, string>> {
  const icons = join(folder, 'icons')
  try {
    // A desktop's own setting wins over the environment: under the usual names it finds the same.
    for (const theme of [pointerTheme, 'default', 'Adwaita']) {
      const home = join(icons, theme, 'cursors')
      mkdirSync(home, { recursive: true })
      for (const name of names) writeFileSync(join(home, name), nothing())
    }
  } catch {
    return {} // the page's own word for it must do
  }
  return { XCURSOR_PATH: icons, XCURSOR_THEME: pointerTheme }
}

const pointerTheme = 'PlazacastNone'
const names = ['left_ptr', 'default', 'arrow', 'top_left_arrow', 'watch', 'wait', 'left_ptr_watch', 'progress']

/** One transparent pixel as Xcursor(3) keeps it: a header, a table of one entry, and an image of the nominal size 24. */
function nothing(): Buffer {
  const image = 0xfffd0002
  const table = [0x72756358, 16, 0x10000, 1, image, 24, 28]
  const [width, height, hotX, hotY, delayMs, pixel] = [1, 1, 0, 0, 0, 0]
  const words = [...table, 36, image, 24, 1, width, height, hotX, hotY, delayMs, pixel]
  const bytes = Buffer.alloc(4 * words.length)
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word, 4 * at)
  return bytes
}
