import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { isLiveStream, type LocalAsset, servedName } from '../../shared/operator/playlist-payload.ts'
import { sheetFrames } from '../../shared/operator/sheet-frames.ts'
import { countText, sizeText } from '../../shared/operator/sizes.ts'
import { joinStream } from '../adapters/film-header.ts'
import { type SheetBrowser, type SheetRequest, startSheetBrowser } from '../adapters/sheet-browser.ts'
import { drawSheetWithFfmpeg } from '../adapters/sheet-ffmpeg.ts'
import { withPlainPicture } from './plain-picture.ts'

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
    for (const asset of assets.filter((one) => !isLiveStream(one))) sheets.push(await drawOne(asset, folder, browser))
    return sheets
  } finally {
    if (!(browser instanceof Error)) await browser.stop()
  }
}

/** Of an HLS film its segments are joined first: what is drawn is what they hold. */
async function drawOne(asset: LocalAsset, folder: string, browser: SheetBrowser | Error): Promise<ContactSheet> {
  if (asset.picture === undefined) return drawFrom(asset, requestFor(asset), folder, browser)
  const scratch = await mkdtemp(join(tmpdir(), 'plazacast-joined-'))
  try {
    const path = join(scratch, 'joined.mp4')
    await withPlainPicture(asset.picture, (plain) => joinStream(plain, path))
    return await drawFrom(asset, { ...requestFor(asset), path, servedName: 'joined.mp4' }, folder, browser)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function drawFrom(
  asset: LocalAsset,
  request: SheetRequest,
  folder: string,
  browser: SheetBrowser | Error,
): Promise<ContactSheet> {
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
  const isFilm = asset.facts.mediaType.startsWith('video/') || asset.picture !== undefined
  const frames = isFilm ? sheetFrames(asset.facts.seconds ?? 0) : []
  return {
    path: asset.path,
    servedName: servedName(asset),
    isFilm,
    frames,
    lines: [basename(asset.path), factsText(asset), asset.name],
  }
}

/** `video/mp4, 1280×720, 12.48 s, 1.8 MB`; of an HLS film also how many files it has, and the size of all. */
export function factsText(asset: LocalAsset): string {
  const { facts, files } = asset
  if (isLiveStream(asset)) return 'live stream: only its address is approved, and nobody has seen what it will show'
  return [
    files ? 'HLS film' : facts.mediaType,
    `${facts.width}×${facts.height}`,
    ...(facts.seconds === undefined ? [] : [`${Math.round(facts.seconds * 100) / 100} s`]),
    ...(files ? [countText(files.length, 'file')] : []),
    sizeText(files ? files.reduce((sum, file) => sum + file.facts.bytes, 0) : facts.bytes),
  ].join(', ')
}
