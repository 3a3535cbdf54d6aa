import type { Fate } from './disk-chance.ts'
import type { DiskCall } from './trace.ts'

/** A file as a cut leaves it. */
export type StateFile = {
  readonly path: string
  /** The same for the same content, as far as is known. */
  readonly key: string
  readonly size: number
  /** Writes the content's pieces in order. */
  readonly pieces: readonly { readonly at: number; readonly data: Buffer }[]
}

/** A change of a file that no sync covers yet; `index`: of the call. */
export type Change = { readonly index: number; readonly call: Extract<DiskCall, { kind: 'write' | 'resize' }> }
/** A file or folder: what is safe, what is pending, and which calls changed its names. */
export type Inode = { content: Buffer; size: number; safeThrough: number; pending: Change[]; namedAt: number[] }

export const emptyInode = (): Inode => ({
  content: Buffer.alloc(0),
  size: 0,
  safeThrough: -1,
  pending: [],
  namedAt: [],
})

/** How long it is once all that is pending is written. */
export function sizeAfter(inode: Inode): number {
  const last = inode.pending.findLastIndex(({ call }) => call.kind === 'resize')
  const resized = inode.pending[last]?.call
  const from = resized?.kind === 'resize' ? resized.size : inode.size
  return inode.pending
    .slice(last + 1)
    .reduce((size, { call }) => (call.kind === 'write' ? Math.max(size, call.at + call.data.length) : size), from)
}

/** Makes a change safe. */
export function applyTo(inode: Inode, call: Change['call']): void {
  if (call.kind === 'resize') {
    inode.content = grown(inode.content, call.size)
    if (call.size < inode.size) inode.content.fill(0, call.size, inode.size)
    inode.size = call.size
    return
  }
  const end = call.at + call.data.length
  inode.content = grown(inode.content, end)
  call.data.copy(inode.content, call.at)
  inode.size = Math.max(inode.size, end)
}

function grown(content: Buffer, size: number): Buffer {
  if (size <= content.length) return content
  const larger = Buffer.alloc(Math.max(size, content.length * 2))
  content.copy(larger)
  return larger
}

/** Kept changes at the front are as good as synced: the same content has the same key. */
export function stateFile(path: string, file: number, inode: Inode, fates: readonly Fate[]): StateFile {
  const firstLoss = fates.findIndex((fate) => fate !== 'kept')
  const solid = firstLoss < 0 ? inode.pending.length : firstLoss
  let key = `${file}@${inode.pending[solid - 1]?.index ?? inode.safeThrough}`
  let size = inode.size
  const pieces: { at: number; data: Buffer }[] = [{ at: 0, data: inode.content.subarray(0, inode.size) }]
  inode.pending.forEach(({ index, call }, at) => {
    const fate = fates[at] ?? 'kept'
    if (fate === 'dropped') return
    if (at >= solid) key += `,${index}${fate === 'kept' ? '' : `/${fate.sectorBytes}/${fate.seed}`}`
    if (call.kind === 'resize') {
      if (fate !== 'kept') return
      if (call.size < size) pieces.push({ at: call.size, data: Buffer.alloc(size - call.size) })
      size = call.size
      return
    }
    for (const piece of fate === 'kept' ? [{ at: call.at, data: call.data }] : sectorsOf(call, fate)) {
      pieces.push(piece)
      size = Math.max(size, piece.at + piece.data.length)
    }
  })
  return { path, key, size, pieces }
}

/** Which sectors of a write came down, by the file's own sector borders. */
function sectorsOf({ at, data }: { at: number; data: Buffer }, { sectorBytes, seed }: Exclude<Fate, string>) {
  const pieces: { at: number; data: Buffer }[] = []
  let bits = seed
  for (let from = 0; from < data.length; ) {
    const until = Math.min(data.length, from + sectorBytes - ((at + from) % sectorBytes))
    bits = (Math.imul(bits, 1103515245) + 12345) >>> 0
    if ((bits >>> 16) % 2 === 0) pieces.push({ at: at + from, data: data.subarray(from, until) })
    from = until
  }
  return pieces
}
