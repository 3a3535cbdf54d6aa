import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type LocalAsset, servedName } from '../../shared/operator/playlist-payload.ts'
import { sheetFrames } from '../../shared/operator/sheet-frames.ts'
import { sizeText } from '../../shared/operator/sizes.ts'
import { type SheetBrowser, type SheetRequest, startSheetBrowser } from '../adapters/sheet-browser.ts'
import { drawSheetWithFfmpeg } from '../adapters/sheet-ffmpeg.ts'

/** A contact sheet of one file. `note` says what is not as it should be. */
export type ContactSheet = { readonly asset: LocalAsset; readonly file: string; readonly note?: string }

/**
 * Draws what is to be approved, one picture for each file, into a folder. The installed browser draws them, because one of
 * its kind draws the wall and the same file may look different in another decoder; films also by ffmpeg where there is none.
 */
export async function drawContactSheets(assets: readonly LocalAsset[], folder: string): Promise<ContactSheet[]> {
  const browser = await startSheetBrowser().catch((error: Error) => error)
  try {
    await mkdir(folder, { recursive: true })
    const sheets: ContactSheet[] = []
    for (const asset of assets) sheets.push(await drawOne(asset, folder, browser))
    return sheets
  } finally {
    if (!(browser instanceof Error)) await browser.stop()
  }
}

async function drawOne(asset: LocalAsset, folder: string, browser: SheetBrowser | Error): Promise<ContactSheet> {
  const request = requestFor(asset)
  const file = join(folder, `${basename(asset.path).replace(/\.[^.]*$/, '')}-${asset.name.slice(7, 15)}.jpg`)
  const drawn = browser instanceof Error ? browser : await browser.draw(request).catch((error: Error) => error)
  if (!(drawn instanceof Error)) {
    await writeFile(file, drawn)
    return { asset, file }
  }
  const other = request.isFilm ? await drawSheetWithFfmpeg(request).catch((error: Error) => error) : drawn
  if (other instanceof Error)
    throw new OperatorError(
      `${asset.path}: no contact sheet can be made (${drawn.message}). Look at the file by other means, and say --without-sheet.`,
    )
  await writeFile(file, other)
  const moments = request.frames.map(({ text }) => text).join(', ')
  return {
    asset,
    file,
    note: `drawn by ffmpeg, not by a browser as on the wall (${drawn.message}); frames at ${moments}`,
  }
}

function requestFor(asset: LocalAsset): SheetRequest {
  const isFilm = asset.facts.mediaType.startsWith('video/')
  const frames = isFilm ? sheetFrames(asset.facts.seconds ?? 0) : []
  return {
    path: asset.path,
    servedName: servedName(asset),
    isFilm,
    frames,
    lines: [basename(asset.path), factsText(asset), asset.name],
  }
}

/** `video/mp4, 1280×720, 12.48 s, 1.8 MB` */
export const factsText = ({ facts }: LocalAsset): string =>
  [
    facts.mediaType,
    `${facts.width}×${facts.height}`,
    ...(facts.seconds === undefined ? [] : [`${Math.round(facts.seconds * 100) / 100} s`]),
    sizeText(facts.bytes),
  ].join(', ')
