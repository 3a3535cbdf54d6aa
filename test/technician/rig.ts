import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as ask, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as askSecurely } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleTechnician } from '../../build/bundle-technician.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { startTechnicianServer, type TechnicianServerOptions } from '../../main/adapters/technician-server.ts'
import type { CommandFailed, CommandHandler } from '../../main/app/commands.ts'
import { createReporter, type Reporter } from '../../main/app/reporter.ts'
import { createTechnician, type WatchedPlayer } from '../../main/app/technician.ts'
import { createTechnicianAccess } from '../../main/app/technician-access.ts'
import { lastFaults } from '../../main/sqlite/faults.ts'
import { openInMemory } from '../../main/sqlite/open.ts'
import type { Health } from '../../shared/health/health.ts'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { toldFaults } from '../../shared/technician/report.ts'
import { at, healthOf, state } from './reports.ts'

type Context = { after(undo: () => Promise<void> | void): void }

export const rightPin = '482913'

/** The page as a player serves it, and the player behind it in our hands. */
export type PageRig = {
  readonly port: number
  /** What the player behind it says. */
  readonly reporter: Reporter
  /** How often the wall was asked for a picture. */
  picturesTaken(): number
  /** What was carried out. */
  readonly acted: string[]
  readonly events: Pick<PlayerEvent, 'code' | 'message'>[]
  /** `refusal`: why nothing that is asked for can be done. */
  set(change: {
    health?: Health | undefined
    picture?: Uint8Array | undefined
    refusal?: CommandFailed | undefined
  }): void
  ask(path: string, more?: Asked): Promise<Answered>
  /** As the page itself asks: with all that it sends. */
  post(path: string, body: unknown, more?: Asked): Promise<Answered>
  /** The cookie of a new session. */
  signIn(): Promise<string>
  stop(): Promise<void>
}
export type Asked = Pick<RequestOptions, 'method' | 'localAddress'> & {
  readonly headers?: Record<string, string | undefined>
  readonly body?: string
}
export type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }

export type RigOptions = Partial<TechnicianServerOptions> & {
  readonly pin?: string | undefined
  readonly metrics?: boolean
}

let bundle: Promise<string> | undefined

/** The page's files, bundled once for a test file; `removePage` takes them away. */
export function pageFiles(): Promise<string> {
  bundle ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plazacast-technician-'))
    await bundleTechnician(folder, [])
    return folder
  })()
  return bundle
}
export async function removePage(): Promise<void> {
  if (bundle) rmSync(await bundle, { recursive: true, force: true })
}

export async function startPage(context: Context, options: RigOptions = {}): Promise<PageRig> {
  const { pin = rightPin, metrics = false, ...server } = options
  const acted: string[] = []
  const events: PageRig['events'] = []
  let health: Health | undefined = healthOf('ok')
  let picture: Uint8Array | undefined
  let refusal: CommandFailed | undefined
  let pictures = 0
  const { db, close } = openInMemory()
  context.after(close)
  const clock = { ...systemClock, now: () => Date.parse(at) }
  const stored = createReporter(
    db,
    clock,
    () => {},
    { topicPrefix: 'plazacast/v1', playerId: 'jiefangbei-3' },
    () => {},
  )
  const technician = createTechnician({
    playerId: 'jiefangbei-3',
    clock: systemClock,
    hasPin: pin !== '',
    faults: () => lastFaults(db, toldFaults),
    metrics,
    access: (report) =>
      createTechnicianAccess({
        clock: systemClock,
        isPin: pin === '' ? undefined : (given) => given === pin,
        newToken: () => randomBytes(32).toString('hex'),
        report,
      }),
  })
  const reporter = technician.overhear({
    event(code, message, about) {
      events.push({ code, message })
      stored.event(code, message, about)
    },
    state: () => {},
    repeatState: () => {},
  })
  const command =
    (name: string): CommandHandler =>
    () => {
      if (refusal) throw refusal
      acted.push(name)
      return { result: {} }
    }
  const player: WatchedPlayer = {
    about: () => ({ name: 'Jiefangbei, west side', place: { label: 'Jiefangbei Square' }, timeZone: 'Asia/Shanghai' }),
    health: () => health,
    now: () => Date.parse(at),
    picture: async () => {
      pictures += 1
      return picture
    },
    commands: new Map(['reload', 'skip', 'identify', 'report-now'].map((name) => [name, command(name)])),
    changed: () => {},
  }
  technician.attach(player)
  reporter.state(state)
  const running = await startTechnicianServer(
    {
      address: '127.0.0.1',
      port: 0,
      mayMove: false,
      tls: undefined,
      names: ['plazacast-jiefangbei-3.local'],
      pageDir: server.pageDir ?? (await pageFiles()),
      ...server,
    },
    technician.desk,
  )
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await running.stop()
  }
  context.after(stop)
  const { port } = running
  const authority = `127.0.0.1:${port}`

  const send = (path: string, { headers = {}, body, ...more }: Asked = {}): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const given = Object.entries({ host: authority, ...headers }).filter(([, value]) => value !== undefined)
      const options = { host: '127.0.0.1', port, path, agent: false, headers: Object.fromEntries(given), ...more }
      const sent = (server.tls ? askSecurely : ask)(
        { ...options, rejectUnauthorized: false } as RequestOptions,
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          )
          response.on('error', reject)
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  const post: PageRig['post'] = (path, body, { headers, ...more } = {}) =>
    send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...more,
      headers: {
        origin: `${server.tls ? 'https' : 'http'}://${authority}`,
        'content-type': 'application/json',
        'plazacast-page': '1',
        ...headers,
      },
    })
  return {
    port,
    reporter,
    picturesTaken: () => pictures,
    acted,
    events,
    set(change) {
      if ('health' in change) health = change.health
      if ('picture' in change) picture = change.picture
      if ('refusal' in change) refusal = change.refusal
    },
    ask: send,
    post,
    async signIn() {
      const { headers } = await post('/session', { pin: rightPin })
      return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    },
    stop,
  }
}
