import type { Chance } from '../attack/chance.ts'
import { type Fate, fateOf, type Style, versionOf } from './disk-chance.ts'
import { applyTo, emptyInode, type Inode, type StateFile, sizeAfter, stateFile } from './disk-inode.ts'
import { type DiskCall, folderOf } from './trace.ts'

/**
 * What a disk promises of folders. `ext4`: changes of names happen in order, and a sync of a file or folder writes down all
 * that came before the newest change of it (jbd2, one journal). `posix`: a name is safe only after an fsync of its
 * folder, each name on its own, a rename half by half; stricter than any file system in use.
 */
export type Model = 'ext4' | 'posix'

/** A disk after a power cut: which file is under which path, and what is in it. */
export type DiskState = {
  readonly key: string
  readonly folders: readonly string[]
  readonly files: readonly StateFile[]
}

/** One name's history: what was under it after the call with this index. */
type Slot = { versions: { index: number; file: number | undefined }[] }

/** Follows a recording call by call; at each point any of the disks that a power cut could leave can be asked for. */
export class Disk {
  readonly #inodes = new Map<number, Inode>([[0, emptyInode()]])
  readonly #folders = new Set<number>([0])
  readonly #slots = new Map<string, Slot>()
  readonly #folderOfPath = new Map<string, number>([['', 0]])
  /** posix: the last sync of each folder. */
  readonly #folderSyncs = new Map<number, number>()
  /** ext4: every change of names with an index up to this one is in the journal. */
  #journalled = -1
  #nameChanges: number[] = []

  apply(call: DiskCall, index: number): void {
    switch (call.kind) {
      case 'create':
        this.#inodes.set(call.file, emptyInode())
        if (call.folder) {
          this.#folders.add(call.file)
          this.#folderOfPath.set(call.path, call.file)
        }
        return void this.#named(call.path, call.file, index, call.file)
      case 'unlink':
        return void this.#named(call.path, undefined, index)
      case 'rename':
        this.#named(call.from, undefined, index, call.file)
        return void this.#named(call.path, call.file, index, call.file)
      case 'write':
      case 'resize': {
        const inode = this.#inodes.get(call.file)
        inode?.pending.push({ index, call })
        if (inode && sizeAfter(inode) !== inode.size) inode.namedAt.push(index)
        return
      }
      case 'sync':
        return void this.#synced(call.file, call.since)
      default:
        return
    }
  }

  /** Whether a cut here leaves anything to chance. */
  get isSettled(): boolean {
    return this.#pendingFiles().length === 0 && this.#looseNames('posix').length === 0
  }

  /** The disk that this chance leaves. `style`: how it chooses. */
  after(model: Model, style: Style, chance: Chance): DiskState {
    const pendingFiles = this.#pendingFiles()
    const loose = this.#looseNames(model)
    const changes = pendingFiles.flatMap(([, inode]) => inode.pending).length
    const odd = chance.below(Math.max(1, changes))
    let seen = 0
    const fates = new Map<number, Fate[]>()
    for (const [file, inode] of pendingFiles) {
      fates.set(
        file,
        inode.pending.map(() => fateOf(style, seen++ === odd, seen > odd, chance)),
      )
    }
    const names = this.#namesAfter(model, style, loose, chance)
    const reachable = [...names].filter(([path]) => isReachable(path, names, this.#folders))
    const folders = reachable.filter(([, file]) => this.#folders.has(file)).map(([path]) => path)
    const files = reachable
      .filter(([, file]) => !this.#folders.has(file))
      .map(([path, file]) => stateFile(path, file, this.#inodes.get(file) ?? emptyInode(), fates.get(file) ?? []))
    const key = [...folders, ...files.map((one) => `${one.path}=${one.key}`)].toSorted().join('\n')
    return { key, folders: folders.toSorted(), files }
  }

  #named(path: string, file: number | undefined, index: number, touched?: number): void {
    const slot = this.#slots.get(path) ?? { versions: [{ index: -1, file: undefined }] }
    slot.versions.push({ index, file })
    this.#slots.set(path, slot)
    this.#nameChanges.push(index)
    for (const one of [touched, this.#folderOfPath.get(folderOf(path))]) {
      const inode = one === undefined ? undefined : this.#inodes.get(one)
      if (inode) inode.namedAt.push(index)
    }
  }

  #synced(file: number, since: number): void {
    const inode = this.#inodes.get(file)
    if (!inode) return
    const covered = inode.pending.filter(({ index }) => index < since)
    for (const { index, call } of covered) {
      applyTo(inode, call)
      inode.safeThrough = index
    }
    inode.pending = inode.pending.slice(covered.length)
    // A change that came while the sync was under way may have missed it; those before it have not.
    this.#journalled = Math.max(this.#journalled, inode.namedAt.findLast((one) => one < since) ?? -1)
    inode.namedAt = inode.namedAt.filter((one) => one >= since)
    if (this.#folders.has(file)) this.#folderSyncs.set(file, since)
  }

  #pendingFiles(): [number, Inode][] {
    return [...this.#inodes].filter(([, inode]) => inode.pending.length > 0)
  }

  #safeIndex(path: string, model: Model): number {
    if (model === 'ext4') return this.#journalled
    return (this.#folderSyncs.get(this.#folderOfPath.get(folderOf(path)) ?? -1) ?? 0) - 1
  }

  #looseNames(model: Model): string[] {
    return [...this.#slots]
      .filter(([path, slot]) => (slot.versions.at(-1)?.index ?? -1) > this.#safeIndex(path, model))
      .map(([path]) => path)
  }

  #namesAfter(model: Model, style: Style, loose: readonly string[], chance: Chance): Map<string, number> {
    const through = model === 'ext4' ? this.#journalledThrough(style, chance) : undefined
    const names = new Map<string, number>()
    const odd = chance.below(Math.max(1, loose.length))
    for (const [path, slot] of this.#slots) {
      const safe = through ?? this.#safeIndex(path, model)
      const choices = slot.versions.filter(({ index }, at) => {
        const next = slot.versions[at + 1]
        return through === undefined
          ? next === undefined || next.index > safe
          : index <= safe && (next === undefined || next.index > safe)
      })
      const isOdd = loose[odd] === path
      const chosen = choices.length < 2 ? choices[0] : versionOf(choices, style, isOdd, chance)
      if (chosen?.file !== undefined) names.set(path, chosen.file)
    }
    return names
  }

  /** The journal is a prefix of all changes of names. */
  #journalledThrough(style: Style, chance: Chance): number {
    const open = this.#nameChanges.filter((index) => index > this.#journalled)
    this.#nameChanges = open
    if (open.length === 0 || style === 'all-dropped') return this.#journalled
    if (style === 'all-kept' || style === 'names-kept') return open.at(-1) ?? this.#journalled
    if (style === 'data-kept') return this.#journalled
    return [this.#journalled, ...open][chance.below(open.length + 1)] ?? this.#journalled
  }
}

function isReachable(path: string, names: ReadonlyMap<string, number>, folders: ReadonlySet<number>): boolean {
  const folder = folderOf(path)
  if (folder === '') return true
  const file = names.get(folder)
  return file !== undefined && folders.has(file) && isReachable(folder, names, folders)
}
