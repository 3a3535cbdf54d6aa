// Run as a process of its own: the player program with everything real but the browser, whose place a page without pixels
// takes. It fetches what it shows from the loopback server and hashes it, and writes down what it was told and what it told.
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import type { StartHost } from '../../main/hosts/host.ts'
import { runPlayer } from '../../main/run-player.ts'
import { publicJwk } from '../../shared/documents/jws.ts'
import type { Programme, Showing } from '../../shared/screen/programme.ts'
import { nextShowing, type Position, startPosition } from '../../shared/screen/rotation.ts'
import type { Mark } from './marks.ts'

const given = z
  .object({
    dataDir: z.string(),
    marks: z.string(),
    brokerUrl: z.string(),
    rootKeys: z.array(publicJwk),
    /** An empty folder: the page has no files. */
    screenDir: z.string(),
    showingMs: z.number(),
    /** Whether the page reads what it shows. Under strace it does not, since every byte would be written down. */
    reads: z.boolean(),
    /** After how many pages SQLite writes its log back into the database; its own default is 1,000. */
    logPages: z.int(),
    /** Makes the program wrong on purpose, to see whether it is found out. */
    broken: z.enum(['no', 'synchronous-normal', 'files-not-synced']),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

const marksFd = openSync(given.marks, 'a')
const write = (mark: Mark) => void writeSync(marksFd, `${JSON.stringify(mark)}\n`)

if (given.logPages !== 1000) writeLogBackAfter(given.logPages)
if (given.broken === 'synchronous-normal') breakCommits()
if (given.broken === 'files-not-synced') await breakFileSyncs()

const program = () =>
  runPlayer({
    read: {
      configuration: {
        ...defaultConfiguration('wall', given.dataDir),
        health: { listen: 'off' as const, tls: 'self-made' as const, names: [], metrics: false },
        playerId: 'wall',
        rootKeys: given.rootKeys,
        broker: { url: given.brokerUrl },
      },
      problems: [],
    },
    startHost,
    version: '0.0.0',
    screenDir: given.screenDir,
    mirrorPort: undefined,
  })
let player = await program()

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'restart') {
    await player.stop()
    player = await program()
  } else if (line === 'stop') break
  else write({ kind: 'step', name: line })
}
await player.stop()
process.exit(0)

/** A page without pixels: it takes turns as the real one does, much faster. */
async function startHost(...[options, listener]: Parameters<StartHost>): ReturnType<StartHost> {
  let programme: Programme | undefined
  let position: Position = startPosition
  let stopped = false
  const send: Awaited<ReturnType<StartHost>>['send'] = (message) => {
    if (message.kind !== 'programme') return
    if (programme === undefined && message.resume) position = message.resume
    programme = message.programme
    const lanes = programme.lanes.map(({ key, showings }) => ({
      key,
      revisions: [...new Set(showings.map(({ revision }) => revision))],
      showings: showings.map((one) => one.key),
    }))
    write({ kind: 'programme', lanes })
  }
  async function show(showing: Showing, next: { showing: Showing; after: Position } | undefined): Promise<void> {
    const found = given.reads ? await hashOf(new URL(showing.address, options.address)) : showing.asset
    if (stopped || !programme?.lanes.some((lane) => lane.showings.some(({ key }) => key === showing.key))) return
    const { key, playlist, revision, item, asset } = showing
    const at = Date.now()
    listener.message({ kind: 'shown', at, key, position, next: next?.showing.key ?? null })
    write({ kind: 'shown', at, key, playlist, revision, item, asset, found, position })
    await new Promise((resolve) => setTimeout(resolve, given.showingMs))
    if (stopped) return // the player has written down that it was cut short
    const [end, startedAt] = [Date.now(), at]
    const frames = { presentedFrames: 1, droppedFrames: 0 }
    listener.message({ kind: 'ended', at: end, key, startedAt, ms: end - at, ...frames, outcome: 'complete' })
    write({ kind: 'ended', at: end, startedAt, ms: end - at })
  }
  async function play(): Promise<void> {
    while (!stopped) {
      const turn = programme && nextShowing(programme, position)
      if (!programme || !turn) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      try {
        await show(turn.showing, nextShowing(programme, turn.after))
      } catch (error) {
        write({ kind: 'unreadable', at: Date.now(), asset: turn.showing.asset, reason: String(error) })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      position = turn.after
      listener.message({ kind: 'beat', at: Date.now(), presentedFrames: 1, on: null })
    }
  }
  setImmediate(() => {
    listener.message({ kind: 'hello', at: Date.now() })
    playing = play()
  })
  let playing = Promise.resolve()
  return {
    name: 'chromium',
    version: '0',
    send,
    screenshot: async () => Buffer.alloc(0),
    renew: () => {},
    stop: async () => {
      stopped = true
      await playing
    },
  }
}

async function hashOf(address: URL): Promise<string> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function writeLogBackAfter(pages: number): void {
  const pragma = Sqlite.prototype.pragma
  Sqlite.prototype.pragma = function (source, options) {
    if (source === 'synchronous = FULL') pragma.call(this, `wal_autocheckpoint = ${pages}`)
    return pragma.call(this, source, options)
  }
}

function breakCommits(): void {
  const pragma = Sqlite.prototype.pragma
  Sqlite.prototype.pragma = function (source, options) {
    return pragma.call(this, source.replace('synchronous = FULL', 'synchronous = NORMAL'), options)
  }
}

async function breakFileSyncs(): Promise<void> {
  const handle = await open('/', 'r')
  const prototype: { sync(): Promise<void> } = Object.getPrototypeOf(handle)
  await handle.close()
  prototype.sync = async () => {}
}
