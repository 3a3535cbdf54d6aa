import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What a program did to the files below a folder, in the order in which the calls returned. Files are numbers, as inodes are. */
export type DiskCall =
  | { readonly kind: 'create'; readonly path: string; readonly file: number; readonly folder: boolean }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly path: string; readonly file: number }
  | { readonly kind: 'write'; readonly file: number; readonly at: number; readonly data: Buffer }
  | { readonly kind: 'resize'; readonly file: number; readonly size: number }
  /** Covers what was done before the call with index `since`, when the call began. */
  | { readonly kind: 'sync'; readonly file: number; readonly since: number }
  /** What the program wrote to a file outside: notes of its own. */
  | { readonly kind: 'note'; readonly text: string }
  /** So many bytes have been sent on this connection to the port, the first is 0. */
  | { readonly kind: 'sent'; readonly connection: number; readonly bytes: number }

export const tracedCalls =
  'trace=openat,open,creat,close,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,' +
  'sync_file_range,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,mmap,' +
  'copy_file_range,sendfile,dup,dup2,dup3,lseek,connect,sendmsg,sendto'

export type TraceOptions = { readonly root: string; readonly notes: string; readonly port: number }

type Opened = { readonly path: string; readonly file: number; readonly append: boolean; at: number }
type Begun = { readonly text: string; readonly index: number; readonly target: Opened | undefined }

/** Reads what `strace -f -xx` wrote. Throws at a call that changes the folder in a way this does not know. */
export function readTrace(file: string, { root, notes, port }: TraceOptions): DiskCall[] {
  const calls: DiskCall[] = []
  const open = new Map<number, Opened>()
  const sockets = new Map<number, { connection: number; bytes: number }>()
  const names = new Map<string, number>([['', 0]])
  const sizes = new Map<number, number>()
  const begun = new Map<string, Begun>()
  let files = 1
  let connections = 0

  const inside = (path: string | undefined): string | undefined =>
    path === root
      ? ''
      : path?.startsWith(`${root}/`) && !path.endsWith('-shm')
        ? path.slice(root.length + 1)
        : undefined
  const targetOf = (text: string) => open.get(Number(/^\w+\((\d+)/.exec(text)?.[1] ?? Number.NaN))

  function opened(text: string, fd: number): void {
    const path = stringsIn(text)[0] ?? ''
    if (path === notes) return void open.set(fd, { path: notes, file: -1, append: true, at: 0 })
    const name = inside(path)
    if (name === undefined) return void open.delete(fd)
    const known = names.get(name)
    const number = known ?? create(name, false)
    if (known !== undefined && text.includes('O_TRUNC') && (sizes.get(known) ?? 0) > 0) resize(known, 0)
    open.set(fd, { path: name, file: number, append: text.includes('O_APPEND'), at: 0 })
  }
  function create(path: string, folder: boolean): number {
    const number = files++
    names.set(path, number)
    calls.push({ kind: 'create', path, file: number, folder })
    return number
  }
  function resize(number: number, size: number): void {
    sizes.set(number, size)
    calls.push({ kind: 'resize', file: number, size })
  }
  function written(target: Opened, data: Buffer, at: number | undefined): void {
    if (target.file === -1) return void calls.push({ kind: 'note', text: data.toString() })
    const from = at ?? (target.append ? (sizes.get(target.file) ?? 0) : target.at)
    if (at === undefined) target.at = from + data.length
    sizes.set(target.file, Math.max(sizes.get(target.file) ?? 0, from + data.length))
    calls.push({ kind: 'write', file: target.file, at: from, data })
  }
  function sent(fd: number, bytes: number): void {
    const socket = sockets.get(fd)
    if (!socket) return
    socket.bytes += bytes
    calls.push({ kind: 'sent', ...socket })
  }
  function renamed(text: string): void {
    const [from, to] = stringsIn(text).map(inside)
    const number = from === undefined ? undefined : names.get(from)
    if (from === undefined && to === undefined) return
    if (from === undefined || to === undefined || number === undefined) throw notUnderstood(text)
    names.delete(from)
    names.set(to, number)
    calls.push({ kind: 'rename', from, path: to, file: number })
  }
  function unlinked(text: string): void {
    const path = inside(stringsIn(text)[0])
    if (path === undefined || !names.delete(path)) return
    calls.push({ kind: 'unlink', path })
  }

  function apply(name: string, { text, index, target }: Begun, result: number): void {
    const fd = Number(/^\w+\((\d+)/.exec(text)?.[1] ?? Number.NaN)
    switch (name) {
      case 'openat':
      case 'open':
      case 'creat':
        return void opened(text, result)
      case 'write':
      case 'writev':
      case 'pwrite64':
      case 'pwritev': {
        if (!target) return void sent(fd, result)
        const data = Buffer.concat(stringsIn(text).map((one) => Buffer.from(one, 'latin1'))).subarray(0, result)
        const at = name.startsWith('p') ? Number(/, (\d+)\)$/.exec(text)?.[1]) : undefined
        return void written(target, data, at)
      }
      case 'sendmsg':
      case 'sendto':
        return void sent(fd, result)
      case 'lseek':
        if (target) target.at = result
        return
      case 'ftruncate':
        if (target) resize(target.file, Number(/, (\d+)\)$/.exec(text)?.[1]))
        return
      case 'fsync':
      case 'fdatasync':
        if (target) calls.push({ kind: 'sync', file: target.file, since: index })
        return
      case 'rename':
      case 'renameat':
      case 'renameat2':
        return void renamed(text)
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        return void unlinked(text)
      case 'mkdir':
      case 'mkdirat': {
        const path = inside(stringsIn(text)[0])
        if (path !== undefined) create(path, true)
        return
      }
      case 'mmap': {
        const mapped = open.get(Number(/, (\d+), [0-9a-fx]+\)$/.exec(text)?.[1] ?? Number.NaN))
        if (mapped && /PROT_WRITE/.test(text) && /MAP_SHARED/.test(text)) throw notUnderstood(text)
        return
      }
      case 'connect':
        if (!text.includes(`htons(${port})`)) return void sockets.delete(fd)
        return void sockets.set(fd, { connection: connections++, bytes: 0 })
      default: {
        const touches = target !== undefined || stringsIn(text).some((path) => inside(path) !== undefined)
        if (touches) throw notUnderstood(text)
      }
    }
  }

  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
    const start = resumed ? undefined : /^(\w+)\(/.exec(rest)
    const name = resumed?.[1] ?? start?.[1]
    if (name === undefined) continue
    const before = begun.get(pid)
    const unfinished = rest.endsWith(' <unfinished ...>')
    if (start && name === 'close') {
      // The number may be given out again before the call returns.
      const fd = Number(/^close\((\d+)/.exec(rest)?.[1])
      open.delete(fd)
      sockets.delete(fd)
    }
    if (start && unfinished) {
      begun.set(pid, { text: rest.slice(0, -17), index: calls.length, target: targetOf(rest) })
      continue
    }
    const tail = resumed?.[2] ?? rest
    const equals = tail.lastIndexOf(' = ')
    const text = `${resumed ? (before?.text ?? '') : ''}${tail.slice(0, equals).trimEnd()}`
    const result = Number.parseInt(tail.slice(equals + 3), 10)
    begun.delete(pid)
    const inProgress = name === 'connect' && tail.includes('EINPROGRESS')
    if (equals < 0 || name === 'close' || (!inProgress && !(result >= 0))) continue
    apply(
      name,
      { text, index: resumed ? (before?.index ?? 0) : calls.length, target: resumed ? before?.target : targetOf(text) },
      result,
    )
  }
  return calls
}

const notUnderstood = (text: string): Error => new Error(`a call that is not understood: ${text.slice(0, 200)}`)

/** Names of calls' arguments come as `"\x2f\x61"`. */
function stringsIn(text: string): string[] {
  return [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) =>
    Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString('latin1'),
  )
}

/** The folder a path is in; '' is the root. */
export const folderOf = (path: string): string => (dirname(path) === '.' ? '' : dirname(path))
