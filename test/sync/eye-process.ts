import { openSync, readSync } from 'node:fs'
import { bandCells, decodeBand } from '../oracle/band.ts'

/** The program behind `openEye`: looks again and again and prints what it sees, until its stdin is closed. */
const everyMs = 1000 / Number(process.argv[2])
const displays = process.argv.slice(3).map((argument) => {
  const [, row, file] = /^(\d+):(.+)$/s.exec(argument) ?? []
  return openRow(file ?? '', Number(row))
})
/** A turn of the loop in which stdin is heard, and what was printed goes out. */
const turnMs = 100
const sleeper = new Int32Array(new SharedArrayBuffer(4))
let dueMs = performance.now()

process.stdin.on('end', () => process.exit()).resume()
turn()

function turn(): void {
  const lines: string[] = []
  const untilMs = performance.now() + turnMs
  while (performance.now() < untilMs) {
    const nowMs = performance.now()
    if (nowMs < dueMs) Atomics.wait(sleeper, 0, 0, dueMs - nowMs)
    dueMs = Math.max(dueMs + everyMs, performance.now() - everyMs)
    lines.push(look())
  }
  process.stdout.write(`${lines.join('\n')}\n`, () => setImmediate(turn))
}

function look(): string {
  const beganMs = performance.now()
  for (const { read } of displays) read()
  const tookMs = performance.now() - beganMs
  return JSON.stringify({
    at: performance.timeOrigin + beganMs,
    took: Math.round(tookMs * 1000) / 1000,
    looks: displays.map(({ greys }) => tell(greys())),
  })
}

function tell(greys: Uint8Array): [number, number] | 0 | number[] {
  const seen = decodeBand(greys)
  if (seen.kind === 'frame') return [seen.item, seen.frame]
  return seen.kind === 'black' ? 0 : levelsOf(greys)
}

/** How bright the middle of each block is, for a band as wide as the display. */
function levelsOf(greys: Uint8Array): number[] {
  const cell = greys.length / bandCells
  return Array.from({ length: bandCells }, (_, at) => greys[Math.floor((at + 0.5) * cell)] ?? 0)
}

/** A row of the picture in a file as the X Window Dump format has it, four bytes a pixel. */
function openRow(file: string, row: number) {
  const fd = openSync(file, 'r')
  const header = Buffer.alloc(100)
  readSync(fd, header, 0, header.length, 0)
  const [headerBytes, width, lineBytes, colours] = [0, 16, 48, 76].map((at) => header.readUInt32BE(at))
  const from = (headerBytes ?? 0) + (colours ?? 0) * 12 + row * (lineBytes ?? 0)
  const bytes = Buffer.alloc((width ?? 0) * 4)
  return {
    read: () => readSync(fd, bytes, 0, bytes.length, from),
    greys: () => Uint8Array.from({ length: width ?? 0 }, (_, at) => bytes[at * 4 + 1] ?? 0),
  }
}
