import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CapAlert, readCap } from '../../shared/alert/cap.ts'
import { alertTexts } from '../../shared/alert/pages.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { drawAlert, type WallSize } from '../adapters/alert-drawing.ts'
import { readXml } from '../adapters/xml-text.ts'
import { writeYaml } from '../adapters/yaml-text.ts'

/** Reads a CAP 1.2 message from a file; rejects with a line for each mistake. */
export async function readAlert(file: string): Promise<CapAlert> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new OperatorError(`${file} cannot be read: ${error.message}.`, 2)
  })
  const xml = readXml(bytes)
  if (!xml.ok) throw new OperatorError(`${file} is no CAP message: ${xml.message}.`, 2)
  const read = readCap(xml.root)
  if (read.ok) return read.alert
  throw new OperatorError(read.mistakes.map((mistake) => `${file}: ${mistake}.`).join('\n'), 2)
}

export type AlertPlaylist = {
  readonly id: string
  readonly folder: string
  readonly size: WallSize
  /** How long each page stays, in seconds. */
  readonly seconds: number
  readonly timeZone: string
}

/**
 * Draws a message and writes an emergency playlist of the pages beside them, as `publish` takes it. Returns the playlist's path
 * and how many pages there are.
 */
export async function writeAlertPlaylist(
  alert: CapAlert,
  { id, folder, size, seconds, timeZone }: AlertPlaylist,
): Promise<{ file: string; pages: number }> {
  const drawn = await drawAlert(alertTexts(alert, timeZone), size).catch((error: Error) => {
    throw new OperatorError(`The alert could not be drawn: ${error.message}.`)
  })
  await mkdir(folder, { recursive: true })
  const items: { file: string; seconds: number; fit: 'contain' }[] = []
  for (const [index, { text, pages }] of drawn.entries()) {
    for (const [page, picture] of pages.entries()) {
      const name = `${index + 1}-${text.language}-${page + 1}.png`
      await writeFile(join(folder, name), picture)
      items.push({ file: name, seconds, fit: 'contain' })
    }
  }
  const file = join(folder, 'playlist.yaml')
  await writeFile(file, writeYaml({ id, priority: 'emergency', entry: 'now', items }))
  return { file, pages: items.length }
}
