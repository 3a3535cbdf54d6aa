import { constants, type Dirent, watch as watchPath } from 'node:fs'
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssetSource, SourceFailed, type SourceRequest } from '../app/asset-source.ts'
import type { StickBundle, Sticks } from '../app/usb.ts'

/** The folder on a stick that is looked for; everything else on it is left alone. */
export const bundleFolder = 'plazacast-bundle'
const reportName = 'plazacast-report.txt'

/** Far more than a fleet has; a stick with a million names must not hold the player up. */
const mostEntries = 20_000
const documentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/

/** Sticks as folders that somebody or something mounts. Links are never followed, and only plain files are opened. */
export const usbFolders: Sticks = {
  find: findBundle,
  watch(path, changed) {
    try {
      const watcher = watchPath(path, { persistent: false }, changed)
      watcher.on('error', () => watcher.close()) // the folder went away: it is looked for again anyway
      return () => watcher.close()
    } catch {
      return () => {} // not there yet: it is looked for again anyway
    }
  },
}

async function findBundle(path: string): Promise<StickBundle | undefined> {
  const folder = join(path, bundleFolder)
  const found = await lstat(folder).catch(() => undefined)
  if (!found) return undefined
  if (!found.isDirectory()) throw new Error(`${bundleFolder} is no folder`)
  const leftOut: string[] = []
  const count = { left: mostEntries }
  const documents = await documentsBelow(join(folder, 'documents'), '', 0, leftOut, count)
  const assets = await assetsIn(join(folder, 'assets'), leftOut, count)
  const newest = await newestTime(folder, documents)
  return {
    identity: [found.dev, found.ino, newest, documents.length, assets.size].join(' '),
    documents,
    assets,
    leftOut: leftOut.slice(0, 100),
    read: (document, mostBytes) => readPlain(join(folder, 'documents', `${document}.json`), mostBytes),
    report: (text) => writeReport(join(path, reportName), text),
  }
}

async function documentsBelow(
  folder: string,
  name: string,
  depth: number,
  leftOut: string[],
  count: { left: number },
): Promise<string[]> {
  const documents: string[] = []
  for await (const entry of entriesOf(folder, count)) {
    const own = `${name}${entry.name.replace(/\.json$/, '')}`
    const isNamedWell = documentName.test(entry.name)
    if (isNamedWell && entry.isDirectory() && depth < 3) {
      documents.push(...(await documentsBelow(join(folder, entry.name), `${own}/`, depth + 1, leftOut, count)))
    } else if (isNamedWell && entry.isFile() && entry.name.endsWith('.json')) documents.push(own)
    else leftOut.push(`documents/${name}${shown(entry.name)} is no document.`)
  }
  return documents
}

async function assetsIn(folder: string, leftOut: string[], count: { left: number }): Promise<Map<string, number>> {
  const assets = new Map<string, number>()
  for await (const entry of entriesOf(folder, count)) {
    if (entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name)) {
      assets.set(entry.name, (await lstat(join(folder, entry.name)).catch(() => undefined))?.size ?? 0)
    } else leftOut.push(`assets/${shown(entry.name)} is not named by a hash.`)
  }
  return assets
}

/** The entries of a real folder, a bounded number of them; none if it is a link, or not there. */
async function* entriesOf(folder: string, count: { left: number }): AsyncGenerator<Dirent> {
  if (!(await lstat(folder).catch(() => undefined))?.isDirectory()) return
  for await (const entry of await opendir(folder)) {
    if (count.left-- <= 0) throw new Error(`there are more than ${mostEntries} files on it`)
    yield entry
  }
}

/** Changes when a bundle is written anew in the same place. */
async function newestTime(folder: string, documents: readonly string[]): Promise<number> {
  const places = [folder, join(folder, 'assets'), ...documents.map((one) => join(folder, 'documents', `${one}.json`))]
  const times = await Promise.all(
    places.map(async (place) => (await lstat(place).catch(() => undefined))?.mtimeMs ?? 0),
  )
  return Math.max(...times)
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 80))

/** A plain file: no link, no pipe that would never end, no device. */
async function openPlain(path: string): Promise<{ file: FileHandle; sizeBytes: number }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const found = await file.stat()
  if (found.isFile()) return { file, sizeBytes: found.size }
  await file.close()
  throw new Error('is no plain file')
}

async function readPlain(path: string, mostBytes: number): Promise<Uint8Array> {
  const { file, sizeBytes } = await openPlain(path)
  try {
    if (sizeBytes > mostBytes) throw new Error(`has ${sizeBytes} bytes, expected at most ${mostBytes}`)
    const bytes = Buffer.alloc(sizeBytes)
    const { bytesRead } = await file.read(bytes, 0, sizeBytes, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Best effort: a stick may be read-only, full, or gone. */
async function writeReport(path: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const file = await open(path, flags, 0o644)
    try {
      if (!(await file.stat()).isFile()) return
      await file.truncate(0)
      await file.write(text, 0)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch {
    // the same is in the events and in the log
  }
}

const pieceBytes = 1 << 20

/** Gives assets from sticks by their `stick:` addresses, and from elsewhere by the other source. What is read is hashed by who asked. */
export const withSticks =
  (elsewhere: AssetSource, failed: (hex: string, reason: string) => void): AssetSource =>
  async (request, signal) => {
    const [, path, hex] = /^stick:([^/]+)\/([0-9a-f]{64})$/.exec(request.url) ?? []
    if (path === undefined || hex === undefined) return elsewhere(request, signal)
    const fail = (reason: string): never => {
      failed(hex, reason)
      throw new SourceFailed(`the stick: ${reason}`)
    }
    const opened = await openPlain(join(decodeURIComponent(path), bundleFolder, 'assets', hex)).catch(
      (error: NodeJS.ErrnoException) => fail(error.code ?? error.message),
    )
    if (opened.sizeBytes !== request.sizeBytes) {
      await opened.file.close()
      fail(`has ${opened.sizeBytes} bytes instead of ${request.sizeBytes}`)
    }
    const chunks = piecesOf(opened.file, request, signal, fail)
    return { fromByte: request.fromByte, validator: null, isNear: true, chunks }
  }

async function* piecesOf(
  file: FileHandle,
  { fromByte, sizeBytes }: SourceRequest,
  signal: AbortSignal,
  fail: (reason: string) => never,
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = fromByte; at < sizeBytes; ) {
      if (signal.aborted) throw new SourceFailed('given up')
      const piece = Buffer.alloc(Math.min(pieceBytes, sizeBytes - at))
      const { bytesRead } = await file
        .read(piece, 0, piece.length, at)
        .catch((error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
      if (bytesRead === 0) return
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
