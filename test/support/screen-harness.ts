import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { bundleScreen } from '../../build/bundle-screen.ts'
import { type Loopback, startLoopback } from '../../main/adapters/loopback-server.ts'
import { assetNameOf } from '../../shared/asset-name.ts'
import { mediaType } from '../../shared/documents/playlist.ts'
import { keyOf, type Programme, type Showing } from '../../shared/screen/programme.ts'
import { type FromScreen, fromScreen, type ToScreen } from '../../shared/screen/wire.ts'
import { type StreamFaults, startStreamFront } from './stream-front.ts'

/** One item of a loop under test: a file, and what differs from a plain showing of it. */
export type ScreenItem = {
  readonly file: string
  readonly mediaType: string
  readonly seconds?: number | undefined
  /** The server sends no byte from here on, and keeps the connection open. */
  readonly hangsAtByte?: number
  /** It hangs for the first one who reads so far, and for nobody after that. */
  readonly hangsOnce?: boolean
  /** The item's id; `item-<place>` unless told. */
  readonly id?: string
  /** HLS: the file stands for all that lies in its folder, and is the playlist unless the stream is live. */
  readonly stream?: 'on-demand' | 'live'
} & Partial<Pick<Showing, 'fit' | 'transition' | 'audio' | 'caption' | 'credit' | 'hashtag' | 'qr'>>

export type ScreenOptions = {
  readonly items: readonly ScreenItem[]
  /** An X display such as `:90`; undefined: headless. */
  readonly display?: string | undefined
  readonly width: number
  readonly height: number
  readonly chromiumArguments?: readonly string[]
  readonly languages?: readonly string[]
  readonly playerName?: string
  /** What goes wrong with the files of streams; without it there are none. */
  readonly streamFaults?: StreamFaults
}

/** A page of the bundle in a real Chromium, served by the player's own loopback server. */
export type OpenScreen = {
  readonly page: Page
  /** Every message from the page so far, oldest first; what the wire's schema refuses is thrown when it comes. */
  readonly messages: readonly FromScreen[]
  /** What the page wrote to its console as warning or error. */
  readonly complaints: readonly string[]
  /** The loop of the given items; their files are served from now on. */
  programmeOf(items: readonly ScreenItem[], id?: string): Promise<Programme>
  send(message: ToScreen): Promise<void>
  sendItems(items: readonly ScreenItem[], options?: Partial<Extract<ToScreen, { kind: 'programme' }>>): Promise<void>
  /** The first message after the `from`th that satisfies the predicate; rejects after the deadline, saying what came. */
  waitFor<Found extends FromScreen>(
    predicate: (message: FromScreen) => message is Found,
    deadlineMs?: number,
    from?: number,
  ): Promise<Found>
  screenshot(): Promise<Uint8Array>
  stop(): Promise<void>
}

const unattended = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--hide-scrollbars',
]

type Files = Map<string, ScreenItem>

let bundled: Promise<string> | undefined

/** Opens the page and sends it a programme of the items; resolves when the page has been given it. */
export async function openScreen(options: ScreenOptions): Promise<OpenScreen> {
  bundled ??= mkdtemp(join(tmpdir(), 'plazacast-screen-')).then(bundleScreen)
  const files: Files = new Map()
  const server = await serve(await bundled, files)
  const folders = { get: (hex: string) => folderOf(files.get(hex)) }
  const front = options.streamFaults && (await startStreamFront(server.address, folders, options.streamFaults))
  const browser = await launch(options)
  const page = (await browser.pages())[0] ?? (await browser.newPage())
  const wire = await openWire(page)
  const programmeOf = (items: readonly ScreenItem[], id = `${Math.random()}`) => toProgramme(items, id, files)
  const send = (message: ToScreen) =>
    page.evaluate((text) => Reflect.get(window, 'plazacastDeliver')(JSON.parse(text)), JSON.stringify(message))
  const screen: OpenScreen = {
    page,
    messages: wire.messages,
    complaints: wire.complaints,
    programmeOf,
    send,
    sendItems: async (items, more = {}) =>
      send({
        kind: 'programme',
        programme: await programmeOf(items),
        mayFinish: [],
        cutIn: null,
        resume: null,
        playerName: options.playerName ?? 'test-wall',
        languages: [...(options.languages ?? ['en', 'zh'])],
        ...more,
      }),
    waitFor: (predicate, deadlineMs = 10_000, from = 0) => wire.waitFor(predicate, deadlineMs, from),
    screenshot: () => page.screenshot(),
    stop: async () => {
      await browser.close()
      await front?.stop()
      await server.stop()
    },
  }
  await page.goto(front?.address ?? server.address)
  if (options.items.length > 0) await screen.sendItems(options.items)
  return screen
}

/** Removes the bundle that the harness has made. */
export async function removeBundle(): Promise<void> {
  if (bundled) await rm(await bundled, { recursive: true, force: true })
  bundled = undefined
}

async function toProgramme(items: readonly ScreenItem[], id: string, files: Files): Promise<Programme> {
  const showings: Showing[] = []
  for (const [at, item] of items.entries()) {
    const { file, seconds = null, id = `item-${at}`, fit = 'contain', audio = false } = item
    const hex = createHash('sha256')
      .update(await readFile(file))
      // Playlists of different sets may be alike to the last byte.
      .update(item.stream ? file : '')
      .digest('hex')
    files.set(hex, item)
    showings.push({
      playlist: 'test',
      revision: 1,
      item: id,
      key: keyOf('players/test', id, hex),
      asset: assetNameOf(hex),
      mediaType: mediaType.parse(item.mediaType),
      ...(item.stream && { stream: item.stream }),
      address: addressOf(hex, item.stream),
      seconds,
      fit,
      audio,
      transition: item.transition ?? { kind: 'cut' },
      ...(item.caption && { caption: item.caption }),
      ...(item.credit && { credit: item.credit }),
      ...(item.hashtag && { hashtag: item.hashtag }),
      ...(item.qr && { qr: item.qr }),
    })
  }
  const lanes = showings.length > 0 ? [{ key: 'players/test', weight: 1, showings }] : []
  return { id, lanes, slateReason: lanes.length > 0 ? null : 'no-playlist' }
}

function addressOf(hex: string, stream: ScreenItem['stream']): string {
  return stream ? `${stream === 'live' ? 'live' : 'assets'}/${hex}/index.m3u8` : `assets/${hex}`
}

const folderOf = (item: ScreenItem | undefined) => (item?.stream ? { folder: dirname(item.file) } : undefined)

function serve(screenDir: string, files: Files): Promise<Loopback> {
  return startLoopback({
    screenDir,
    openAsset: async (hex) => {
      const found = files.get(hex)
      if (!found) return undefined
      const { size } = await stat(found.file)
      const read = (start: number, endExclusive: number) => readUntil(found, start, endExclusive)
      return { mediaType: found.mediaType, sizeBytes: size, read }
    },
    onDamaged: () => {},
  })
}

const hungOnce = new WeakSet<ScreenItem>()

async function* readUntil(item: ScreenItem, start: number, endExclusive: number): AsyncGenerator<Uint8Array> {
  const hangsAt = hungOnce.has(item) ? undefined : item.hangsAtByte
  const until = Math.min(endExclusive, hangsAt ?? endExclusive)
  if (until < endExclusive && item.hangsOnce) hungOnce.add(item)
  if (until > start) yield* createReadStream(item.file, { start, end: until - 1 })
  if (until < endExclusive) await new Promise(() => {})
}

function launch({ display, width, height, chromiumArguments = [] }: ScreenOptions): Promise<Browser> {
  const size = [`--window-size=${width},${height}`, '--window-position=0,0']
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    headless: display === undefined,
    pipe: true,
    defaultViewport: display === undefined ? { width, height } : null,
    ignoreDefaultArgs: ['--enable-automation', '--mute-audio'],
    args: [...sandbox, ...unattended, '--kiosk', ...size, ...chromiumArguments],
    env: { ...process.env, ...(display !== undefined && { DISPLAY: display }) },
  })
}

type Wire = Pick<OpenScreen, 'messages' | 'complaints' | 'waitFor'>

/** Puts into the page what a host's preload puts there. */
async function openWire(page: Page): Promise<Wire & { waitFor: OpenScreen['waitFor'] }> {
  const messages: FromScreen[] = []
  const complaints: string[] = []
  const listeners = new Set<() => void>()
  page.on('console', (entry) => {
    if (entry.type() === 'error' || entry.type() === 'warn') complaints.push(entry.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.exposeFunction('plazacastSend', (message: unknown) => {
    messages.push(fromScreen.parse(message))
    for (const listener of listeners) listener()
  })
  await page.evaluateOnNewDocument(() => {
    const listeners = new Set<(message: unknown) => void>()
    Reflect.set(window, 'plazacastDeliver', (message: unknown) => {
      for (const listener of listeners) listener(message)
    })
    Reflect.set(window, 'plazacast', {
      send: (message: object) => Reflect.get(window, 'plazacastSend')(message),
      onMessage: (listener: (message: unknown) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    })
  })
  const waitFor: OpenScreen['waitFor'] = (predicate, deadlineMs = 10_000, from = 0) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = messages.slice(from).find(predicate)
        if (!found) return
        stop()
        resolve(found)
      }
      const stop = () => {
        clearTimeout(timer)
        listeners.delete(look)
      }
      const timer = setTimeout(() => {
        stop()
        const last = JSON.stringify(messages.slice(-5))
        reject(new Error(`not told within ${deadlineMs} ms; last: ${last}; console: ${complaints.join('; ')}`))
      }, deadlineMs)
      listeners.add(look)
      look()
    })
  return { messages, complaints, waitFor }
}
