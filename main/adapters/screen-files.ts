import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { ServedBytes } from './served-bytes.ts'

/** A file of the renderer's bundle. `etag` is quoted and changes with the bytes. */
export type ScreenFile = ServedBytes & { readonly etag: string }

/**
 * Reads every file below a folder into memory, by its path with forward slashes.
 *
 * Held in memory so that a wall goes on when the disk under its program fails or is being updated, and so that no
 * request can name a file outside: what is not in the map does not exist.
 */
export async function readScreenFiles(folder: string): Promise<ReadonlyMap<string, ScreenFile>> {
  const paths = await filesBelow(folder)
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const))
  return new Map(files.map(([path, bytes]) => [relative(folder, path).split(sep).join('/'), held(path, bytes)]))
}

/** Folder by folder: inside Electron's archives a recursive reading is not offered. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const below = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
  return (await Promise.all(below)).flat()
}

function held(path: string, bytes: Uint8Array): ScreenFile {
  return {
    mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
    sizeBytes: bytes.byteLength,
    etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
    read: async function* (start, endExclusive) {
      yield bytes.subarray(start, endExclusive)
    },
  }
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
}
