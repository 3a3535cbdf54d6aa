import { z } from 'zod'
import { clockSources } from '../clock/trusted-time.ts'
import { instant } from '../documents/fields.ts'
import { bilingual } from '../texts/bilingual.ts'
import { wallPowers } from './wall-power.ts'

/** How a wall does: `degraded` plays what it should, but somebody ought to look; `failing` does not show what it should. */
export const verdicts = ['ok', 'degraded', 'failing'] as const
export const verdict = z.enum(verdicts)
export type Verdict = z.infer<typeof verdict>

/** What a reason does to the verdict; `info` leaves it as it is. */
export const gravities = ['info', 'degraded', 'failing'] as const
export const gravity = z.enum(gravities)
export type Gravity = z.infer<typeof gravity>

/** Why a verdict is what it is. Readers tolerate codes they do not know: a newer player may send them. */
export const reason = z.object({
  /** Stable and kebab-case; the list is in `shared/health/codes.ts` and in the documents. */
  code: z.string(),
  gravity,
  /** In English: the title, and a sentence with the values that led to it. */
  message: z.string(),
  /** In a few words. Absent in what older players say. */
  title: bilingual.optional(),
  /** The sentence alone. */
  messages: bilingual,
  since: instant,
})
export type Reason = z.infer<typeof reason>

const count = z.int().min(0)
const amount = z.number().min(0)

/** Parts of the player, as processes: `page` draws the wall, `gpu` composes it, `main` is Node's, `browser` hosts the page. */
export const processKinds = ['main', 'browser', 'page', 'gpu', 'other'] as const
export const processReading = z.object({
  kind: z.enum(processKinds),
  processes: count,
  /** Resident memory, what is shared between processes divided among them where the system says so. */
  memoryBytes: count,
  /** Of one core. */
  cpuPercent: amount,
})
export type ProcessReading = z.infer<typeof processReading>

/** A line to the network. Bytes and errors since it was set up. */
export const networkReading = z.object({
  interface: z.string(),
  /** Plugged in and in use, as far as the system tells. */
  isUp: z.boolean(),
  /** By which others reach it. */
  addresses: z.array(z.string()),
  megabitsPerSecond: amount.nullable(),
  receivedBytes: count.nullable(),
  sentBytes: count.nullable(),
  errors: count.nullable(),
})

/** What the picture is. `film` presents frames, `photo` stands still, `slate` is shown for want of anything else, `dark` is off by order. */
export const pictureKinds = ['film', 'photo', 'slate', 'dark', 'none'] as const

/** What was measured. A part that cannot be read on this machine is null, and nothing is concluded from it. */
export const readings = z.object({
  cpu: z.object({ cores: count, systemPercent: amount, playerPercent: amount }).nullable(),
  memory: z
    .object({
      totalBytes: count,
      availableBytes: count,
      playerBytes: count,
      processes: z.array(processReading),
    })
    .nullable(),
  temperatures: z.array(
    z.object({ sensor: z.string(), temperatureCelsius: z.number(), criticalCelsius: z.number().nullable() }),
  ),
  /** The volume of the data folder. */
  disk: z.object({ totalBytes: count, freeBytes: count, totalInodes: count, freeInodes: count }).nullable(),
  /** Interfaces but the loopback; none where nothing can be read, and in what older players say. */
  network: z.array(networkReading).default([]),
  clock: z.object({
    trust: z.enum(['trusted', 'holdover', 'unknown']),
    source: z.enum(clockSources),
    /** Since the source last confirmed it; null if none ever has. */
    ageSeconds: z.number().nullable(),
    /** How far the system's clock is ahead of the trusted time; negative when behind; null while no time is trusted. */
    systemAheadMs: z.number().nullable(),
  }),
  uptime: z.object({ systemSeconds: amount, playerSeconds: amount }),
  picture: z.object({
    kind: z.enum(pictureKinds),
    /** Playlist, item and so on of what is on, in a word; null with nothing on. */
    on: z.string().nullable(),
    /** Since the player started. */
    presentedFrames: count,
    droppedFrames: count,
    /** Of the frames of showings that ended in the last minutes; null when there were none. */
    droppedPercent: amount.nullable(),
    /** Since the page last said that it lives; null before its first word. */
    beatAgeMs: amount.nullable(),
    /** Since a film last presented a frame; null while no film is on. */
    frameAgeMs: amount.nullable(),
    /** How long the picture as it goes out has been black; 0 when it is not; null when nobody could look. */
    blackMs: amount.nullable(),
    /** Whether what the page itself shows is black then, as it is in a dark scene of a film; null when it was not asked. */
    blackByItself: z.boolean().nullable(),
  }),
  /** Older players do not say it. */
  wallPower: z.enum(wallPowers).default('unknown'),
  cache: z.object({
    heldAssets: count,
    heldBytes: count,
    missingAssets: count,
    missingBytes: count,
    /** Of those missing, how many are being fetched, and how many wait after a failure. */
    downloading: count,
    failing: count,
    /** Why downloads stand still; null while there is room. */
    shortOf: z.string().nullable(),
  }),
  database: z
    .object({
      sizeBytes: count,
      walBytes: count,
      outboxMessages: count,
      /** Showings that nobody has acknowledged yet. */
      unacknowledgedPlays: count.nullable(),
      /** What was found damaged, and replaced, in this run; null: nothing. */
      damage: z.string().nullable(),
    })
    .nullable(),
  /** Why the disk takes nothing at the moment; null: it does. */
  storageFailure: z.string().nullable(),
  /** Null: none is configured, and the player is alone by order. */
  broker: z
    .object({
      connected: z.boolean(),
      /** Of the connection, or of its loss. */
      since: instant,
      lastMessageAt: instant.nullable(),
      /** Anything at all: a message, an answer to a ping. */
      heardAgeMs: amount.nullable(),
      /** How long this player's own echo has been missing, which its subscriptions should have brought; null: none is missing. */
      echoMissingMs: amount.nullable(),
      reconnects: count,
      /** Another player uses this one's id: the last time that it threw this one off. */
      displacedAgeMs: amount.nullable(),
    })
    .nullable(),
  /** Items that the page leaves out because they failed again and again. */
  quarantinedItems: z.array(z.string()),
  /** The recovery ladder; null: it stands on the ground. */
  recovery: z.object({ rung: z.string(), since: instant, reason: z.string() }).nullable(),
  /** The newest event that was an error. */
  lastFault: z.object({ at: instant, code: z.string(), message: z.string() }).nullable(),
})
export type Readings = z.infer<typeof readings>

/** What a player says of itself each minute, and at once when its verdict or its reasons change. */
export const health = z.object({
  at: instant,
  verdict,
  /** The gravest first, then the oldest. */
  reasons: z.array(reason),
  readings,
})
export type Health = z.infer<typeof health>
