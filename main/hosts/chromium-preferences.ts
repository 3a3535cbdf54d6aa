import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Has a browser take its colours and its font from GTK's theme (black-frames.ts). Where a page dies, Chromium draws words of its own
 * ("Aw, Snap!") before anybody is told of the death: with these nothing of them is seen.
 */
export function takeColoursFromGtk(profileDir: string): void {
  const file = join(profileDir, 'Default', 'Preferences')
  const preferences = readPreferences(file)
  const extensions = within(preferences, 'extensions')
  const theme = within(extensions, 'theme')
  if (theme.system_theme === gtk) return
  try {
    mkdirSync(join(profileDir, 'Default'), { recursive: true })
    const text = JSON.stringify({
      ...preferences,
      extensions: { ...extensions, theme: { ...theme, id: '', system_theme: gtk, use_system: true } },
    })
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  } catch {
    // A folder that cannot be written is told by the browser, which cannot write there either.
  }
}

/** As Chromium numbers the themes of the system: 0 is its own, 1 is GTK's. */
const gtk = 1

function readPreferences(file: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {} // the first start, or nothing that the browser could read either
  }
}

const within = (value: Record<string, unknown>, name: string) => objectOf(value[name])
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
