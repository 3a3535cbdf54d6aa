import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import type { Chance } from '../attack/chance.ts'
import { makeCity, rootKeysOf } from '../support/documents.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { type Observer, observe } from '../support/observer.ts'
import { startOrigin } from '../support/origin.ts'
import type { World } from './check-world.ts'
import { createDay, type Day, type DayOptions } from './day.ts'
import { createExpected, type Expected } from './expected.ts'
import type { Mark } from './marks.ts'
import { type Heard, overhear } from './overheard.ts'

/** What surrounds a player whose power is cut: broker, a listener on the wire to it, a web server, and a city that publishes. */
export type Scene = {
  readonly wire: Awaited<ReturnType<typeof overhear>>
  readonly observer: Observer
  readonly day: Day
  readonly rootKeys: ReturnType<typeof rootKeysOf>
  /** What the player's process is given, but for what a rig wants otherwise. */
  readonly given: {
    readonly brokerUrl: string
    readonly rootKeys: ReturnType<typeof rootKeysOf>
    readonly broken: string
    readonly marks: string
    readonly screenDir: string
    readonly reads: boolean
    readonly logPages: number
  }
}

export type SceneOptions = Pick<DayOptions, 'quotaBytes' | 'awaits'> & {
  readonly chance: Chance
  readonly step?: DayOptions['step']
}

/** The player's program, given its options as JSON. */
export const wallProgram = fileURLToPath(new URL('./wall.ts', import.meta.url))

/** Sets the scene in a folder; what it started is ended by what it adds to `undo`. */
export async function setScene(
  folder: string,
  { chance, step = () => {}, ...options }: SceneOptions,
  undo: (() => unknown)[],
): Promise<Scene> {
  const [mediaDir, screenDir] = [join(folder, 'media'), join(folder, 'screen')]
  for (const path of [mediaDir, screenDir]) mkdirSync(path)
  const city = await makeCity()
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const wire = await overhear(broker.port)
  undo.push(() => wire.stop())
  const origin = await startOrigin()
  undo.push(() => origin.stop())
  const observer = await observe(broker.url)
  undo.push(() => observer.stop())
  const day = createDay({ ...options, city, origin, observer, step, chance, mediaDir })
  const rootKeys = rootKeysOf(city)
  const brokerUrl = `mqtt://127.0.0.1:${wire.port}`
  const given = {
    brokerUrl,
    rootKeys,
    broken: 'no',
    marks: join(folder, 'marks'),
    screenDir,
    reads: false,
    logPages: 1000,
  }
  return { wire, observer, day, rootKeys, given }
}

/** All that was promised by the time of these marks and words, when nobody recorded the calls between them. */
export function promisedUntil(
  published: Day['published'],
  connections: readonly Heard[],
  marks: readonly Mark[],
): Expected {
  const follow = createExpected({ published, connections, evictedFrom: new Map() })
  for (const mark of marks) follow.next({ kind: 'note', text: JSON.stringify(mark) }, 0)
  for (const connection of connections.keys())
    follow.next({ kind: 'sent', connection, bytes: Number.POSITIVE_INFINITY }, 0)
  return follow.expected
}

/** What a disk is judged by where the instant of the cut is known only by the marks: what comes with it is in none of them. */
export function unrecordedWorld(
  folder: string,
  rootKeys: Scene['rootKeys'],
  published: Day['published'],
  marks: readonly Mark[],
): World {
  return {
    rootKeys,
    published,
    programmes: [],
    shown: marks.flatMap((one) => (one.kind === 'shown' ? [one] : [])),
    bytesOf: (asset: AssetName) => readFileSync(join(folder, 'media', hexOf(asset))),
    halvesMayVanish: false,
    // Only a recording knows the loop to the call.
    judgesLoop: false,
    mostUnheard: Number.POSITIVE_INFINITY,
  }
}
