import type { WriteDb } from '../sqlite/open.ts'
import type { AssetSource } from './asset-source.ts'
import type { Publication } from './broker.ts'
import { type CommandHandler, createCommandDesk } from './commands.ts'
import type { Configuration } from './configuration.ts'
import { createDocumentIntake, type TakeDocument } from './document-intake.ts'
import type { Identity, Knowledge } from './knowledge.ts'
import { createPointers } from './pointers.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'
import type { Seal } from './seal.ts'

export type IncomingOptions = {
  readonly configuration: Configuration
  readonly identity: Identity
  readonly db: WriteDb
  readonly seal: Seal
  readonly clock: Clock
  readonly reporter: Reporter
  /** Where documents come from that pointers lead to. */
  readonly documentSource: AssetSource
  readonly knowledge: () => Knowledge
  readonly handlers: ReadonlyMap<string, CommandHandler>
  /** Sends an answer to whoever gave a command. */
  readonly publish: (message: Publication) => Promise<void>
  /** A document was refused, and that is written down. */
  readonly refused: () => void
  /** What is known has changed; `whom` if it is whom to believe or where the player belongs. */
  readonly changed: (what: 'whom' | 'content') => void
}

/** One way in for everything, whatever it came by: the broker, a pointer, a stick. */
export type Incoming = { readonly take: TakeDocument; readonly stop: Undo }

export function createIncoming(options: IncomingOptions): Incoming {
  const { db, identity, configuration, clock, reporter, seal } = options
  let sealTrouble: string | undefined

  /** Said once: a folder that cannot be written stays so, and the wall goes on. */
  function sealNow(): void {
    const trouble = seal.write()
    if (trouble !== undefined && trouble !== sealTrouble) reporter.event('seal-unwritable', trouble)
    sealTrouble = trouble
  }

  const command = createCommandDesk({ ...options, ...configuration })
  const pointers = createPointers({
    source: options.documentSource,
    sha256: identity.crypto.sha256,
    clock,
    random: Math.random,
    deliver: (topic, bytes) => take(topic, bytes, { fetched: true }),
    failed: (topic, reason) => reporter.event('pointer-failed', reason, { topic }),
  })
  const takeDocument = createDocumentIntake(
    db,
    identity,
    configuration.topicPrefix,
    options.knowledge,
    clock,
    reporter,
    {
      stored: sealNow,
      command,
      pointer: (topic, pointer) => pointers.want(topic, pointer),
    },
  )
  const take: TakeDocument = (...message) => {
    const taken = takeDocument(...message)
    if (taken === 'refused') options.refused()
    if (taken === 'trust' || taken === 'site') options.changed('whom')
    if (taken === 'playlist' || taken === 'takedowns') options.changed('content')
    return taken
  }

  for (const finding of seal.findings.slice(0, 20)) reporter.event('seal-disagrees', finding)
  sealNow()
  return { take, stop: pointers.stop }
}
