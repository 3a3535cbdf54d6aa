import { z } from 'zod'
import { playerId } from '../../shared/documents/fields.ts'
import { publicJwk } from '../../shared/documents/jws.ts'
import { pathOf } from '../../shared/documents/refusal.ts'
import { defaultTopicPrefix, topicPrefix } from '../../shared/topics.ts'

const brokerUrl = z.url({
  protocol: /^(mqtts?|wss?|tcp|ssl)$/,
  error: 'expected an address such as mqtts://broker.example:8883',
})

const easyPin = (pin: string): boolean =>
  new Set(pin).size < 3 || '01234567890123456789'.includes(pin) || '98765432109876543210'.includes(pin)

/** The page for who stands under the wall. Without `pin` it only shows; without `address` it is on every local network. */
const healthPage = z
  .strictObject({
    listen: z.enum(['off', 'loopback', 'lan']).default('loopback'),
    address: z.ipv4().optional(),
    port: z.int().min(1).max(65_535).optional(),
    pin: z
      .string()
      .regex(/^\d{6,16}$/, 'expected 6 to 16 digits')
      .refine((pin) => !easyPin(pin), 'expected digits that are not guessed first')
      .optional(),
    /** `self-made`: a certificate of the player's own, whose fingerprint is in its state; or PEM files. */
    tls: z
      .union([z.enum(['self-made', 'off']), z.strictObject({ cert: z.string(), key: z.string() })])
      .default('self-made'),
    /** Other names that lead to this player, such as one of the local name server. */
    names: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected a host name in lower case'))
      .max(8)
      .default([]),
    /** Whether it answers Prometheus at `/metrics`. */
    metrics: z.boolean().default(false),
  })
  .refine(({ listen, address, tls }) => listen !== 'lan' || tls !== 'off' || address !== undefined, {
    path: ['tls'],
    message: 'expected an address of a maintenance network beside "off": a PIN is not for everybody to read',
  })
export type HealthPage = z.infer<typeof healthPage>

/** `kiosk.json`: all that is configured at a player; everything else comes signed. Paths are absolute or below the file. */
const fields = {
  playerId,
  broker: z.strictObject({
    url: brokerUrl,
    username: z.string().optional(),
    password: z.string().optional(),
    /** PEM files. */
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
  }),
  topicPrefix,
  rootKeys: z.array(publicJwk).max(16),
  dataDir: z.string().min(1),
  /** Where the newest revisions seen are kept a second time; best on another disk. Default: beside the data folder. */
  sealDir: z.string().min(1),
  host: z.enum(['auto', 'electron', 'chromium']),
  headless: z.boolean(),
  size: z.strictObject({ width: z.int().min(16).max(32_768), height: z.int().min(16).max(32_768) }),
  languages: z.array(z.string()).max(8),
  /** The log in the data folder: so many files, each of so many megabytes. */
  logs: z.strictObject({
    files: z.int().min(2).max(100).default(5),
    megabytes: z.number().min(0.1).max(100).default(2),
  }),
  /** Chromium keeps a second page loaded: a lost picture is back sooner, the start takes longer, memory is needed for two. */
  standBy: z.boolean(),
  /** Whether a signed command may start this machine anew. */
  allowReboot: z.boolean(),
  /** Paths where sticks are mounted, such as /media/plazacast. */
  usb: z.array(z.string().min(1)).max(16),
  /** `trusted`: something that the player cannot ask, such as PTP, keeps the system's clock right. */
  systemClock: z.enum(['auto', 'trusted']),
  /** Whether assets may be exchanged on the local network where the site says so, and at which address and port. */
  neighbours: z.union([
    z.boolean(),
    z.strictObject({ listen: z.ipv4().optional(), port: z.int().min(0).max(65_535).optional() }),
  ]),
  health: healthPage,
}
type Fields = { [K in keyof typeof fields]: z.infer<(typeof fields)[K]> }

/** A player's configuration. Without a broker it stays offline; without a size it fills the display. */
export type Configuration = Omit<Fields, 'broker' | 'size' | 'sealDir'> &
  Partial<Pick<Fields, 'broker' | 'size' | 'sealDir'>>

/** What was understood, with the defaults for the rest, and a sentence for each thing that was not. */
export type ReadConfiguration = { readonly configuration: Configuration; readonly problems: readonly string[] }

/** Sensible values for everything, given what the machine is called and where its data goes. */
export const defaultConfiguration = (hostName: string, dataDir: string): Configuration => ({
  playerId:
    hostName
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 64) || 'player',
  topicPrefix: defaultTopicPrefix,
  rootKeys: [],
  dataDir,
  host: 'auto',
  headless: false,
  languages: ['zh', 'en'],
  usb: [],
  logs: { files: 5, megabytes: 2 },
  standBy: true,
  allowReboot: false,
  neighbours: true,
  systemClock: 'auto',
  health: { listen: 'loopback', tls: 'self-made', names: [], metrics: false },
})

/** What of a configuration may stand in no log, whatever it is in. */
export function secretsOf({ broker, health }: Configuration): string[] {
  const inUrl = broker ? new URL(broker.url).password : ''
  const decoded = /%(?![0-9a-f]{2})/i.test(inUrl) ? '' : decodeURIComponent(inUrl)
  return [broker?.password ?? '', inUrl, decoded, health.pin ?? ''].filter((one) => one !== '')
}

/** Reads each field by itself: one wrong line must not take the rest of the configuration, and the wall, with it. */
export function readConfiguration(sources: readonly unknown[], defaults: Configuration): ReadConfiguration {
  const problems: string[] = []
  const read: Record<string, unknown> = {}
  for (const source of sources) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      problems.push('expected an object with fields such as "playerId"')
      continue
    }
    for (const [name, value] of Object.entries(source)) {
      const outcome = readField(name, value)
      if (outcome.ok) read[name] = outcome.value
      else problems.push(...outcome.problems)
    }
  }
  return { configuration: { ...defaults, ...(read as Partial<Configuration>) }, problems }
}

type FieldOutcome = { ok: true; value: unknown } | { ok: false; problems: string[] }

function readField(name: string, value: unknown): FieldOutcome {
  const schema = Object.entries(fields).find(([field]) => field === name)?.[1]
  if (!schema)
    return { ok: false, problems: [`${name}: is not a setting; there are ${Object.keys(fields).join(', ')}`] }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  return {
    ok: false,
    problems: parsed.error.issues.map(
      (issue) => `${pathOf([name, ...issue.path])}: ${issue.message.replace(/^Invalid input: /, '')}`,
    ),
  }
}
