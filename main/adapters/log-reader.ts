import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const isLog = /^player\.log(?:\.(\d{1,4}))?$/

/** The files of a log, oldest first; none if there is no such folder. */
export async function logFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  const ageOf = (name: string) => Number(isLog.exec(name)?.[1] ?? 0)
  return names
    .filter((name) => isLog.test(name))
    .sort((a, b) => ageOf(b) - ageOf(a))
    .map((name) => join(folder, name))
}

/** Every line of a file, without its end. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path)
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    stream.destroy()
  }
}

/** The last whole lines of a log that fit into so many bytes, across its files. */
export async function lastLines(folder: string, bytes: number): Promise<string> {
  let text = Buffer.alloc(0)
  for (const path of (await logFiles(folder)).toReversed()) {
    if (text.byteLength >= bytes) break
    text = Buffer.concat([await tail(path, bytes - text.byteLength), text])
  }
  const isWhole = text.byteLength < bytes
  const whole = isWhole ? text : text.subarray(text.indexOf(0x0a) + 1)
  return whole.toString('utf8').replaceAll(/\n{2,}/g, '\n')
}

async function tail(path: string, bytes: number): Promise<Buffer<ArrayBuffer>> {
  const handle = await open(path).catch(() => undefined) // moved on meanwhile
  if (!handle) return Buffer.alloc(0)
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - bytes)
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** How often a log that is followed is looked at, in milliseconds. */
const lookMs = 200

/**
 * Every line of a log and then those that are written, until the signal; `caughtUp` is called whenever there are no more for
 * now. The file that is read is held open, so that its number cannot be given to another while the files move on beneath it.
 */
export async function* followLines(
  folder: string,
  signal: AbortSignal,
  caughtUp: () => void = () => {},
): AsyncGenerator<string> {
  let current: Following | undefined
  try {
    while (!signal.aborted) {
      if (current) yield* linesFrom(current)
      const later = await filesAfter(folder, current)
      for (const path of later) {
        if (current) yield* linesFrom(current) // what came between the last look and the move
        await current?.handle.close()
        current = await following(path)
        if (current) yield* linesFrom(current)
      }
      if (later.length > 0) continue
      caughtUp()
      await rest(signal)
    }
  } finally {
    await current?.handle.close()
  }
}

type Following = { readonly handle: FileHandle; readonly inode: number; from: number; rest: Buffer<ArrayBuffer> }

async function following(path: string): Promise<Following | undefined> {
  const handle = await open(path).catch(() => undefined) // moved on meanwhile: the next look finds it
  if (!handle) return undefined
  return { handle, inode: (await handle.stat()).ino, from: 0, rest: Buffer.alloc(0) }
}

/** The files that are newer than the one that is read, oldest first; all when it is gone. */
async function filesAfter(folder: string, current: Following | undefined): Promise<string[]> {
  const later: string[] = []
  for (const path of (await logFiles(folder)).toReversed()) {
    const inode = await open(path)
      .then(async (handle) => (await handle.stat().finally(() => handle.close())).ino)
      .catch(() => undefined) // moved on meanwhile
    if (inode !== undefined && inode === current?.inode) break
    later.unshift(path)
  }
  return later
}

async function* linesFrom(file: Following): AsyncGenerator<string> {
  const buffer = Buffer.alloc(64 * 1024)
  for (;;) {
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.byteLength, file.from)
    if (bytesRead === 0) return
    file.from += bytesRead
    const text = Buffer.concat([file.rest, buffer.subarray(0, bytesRead)])
    const end = text.lastIndexOf(0x0a) + 1
    file.rest = text.subarray(end)
    for (const line of text.subarray(0, end).toString('utf8').split('\n')) if (line !== '') yield line
  }
}

const rest = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, lookMs)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
