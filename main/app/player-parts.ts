import type { AssetName } from '../../shared/asset-name.ts'
import type { PlayingSign } from '../../shared/cache/stutter.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { HlsAssets } from '../../shared/hls/hls-asset.ts'
import type { Host, HostListener } from '../hosts/host.ts'
import type { WriteDb } from '../sqlite/open.ts'
import type { AssetSource } from './asset-source.ts'
import type { Broker, BrokerListener, Publication } from './broker.ts'
import type { CheckCache } from './cache-check.ts'
import type { Machine } from './commands-machine.ts'
import type { Configuration } from './configuration.ts'
import type { DownloadProgress } from './download-entry.ts'
import type { Conditions } from './downloads.ts'
import type { HealthParts } from './health-parts.ts'
import type { Identity } from './knowledge.ts'
import type { Log } from './log.ts'
import type { NeighbourOrders } from './neighbours.ts'
import type { PlaysPace } from './plays-pace.ts'
import type { PlaysSenderOptions } from './plays-sender.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'
import type { Seal } from './seal.ts'
import type { SpaceRules } from './space.ts'
import type { Ballast } from './storage.ts'
import type { TechnicianPage } from './technician.ts'
import type { SystemTime } from './trusted-time.ts'
import type { StickPlayer, Usb } from './usb.ts'

/** What the player needs of the cache. */
export type Cache = {
  /** Everything that may be fetched and must not be evicted, the soonest needed first. */
  want(assets: readonly WantedAsset[], conditions?: Conditions): void
  /** How much room there is, and what is never evicted. */
  rules?(rules: SpaceRules): void
  /** Why downloads stand still; undefined while there is room. */
  shortOf?(): string | undefined
  held(): ReadonlySet<AssetName>
  /** What the HLS manifests on disk say; absent where there are none. */
  readonly hls?: () => HlsAssets
  /** What is held without manifests that nobody has read yet: they may ask for more. */
  readonly settled?: () => ReadonlySet<AssetName>
  /** Assets whose download failed and waits for another try. */
  late(): ReadonlySet<AssetName>
  /** How far what is wanted and not held has come. */
  progress?(): readonly DownloadProgress[]
  /** How well the page plays; downloads make way for it. */
  playing?(sign: PlayingSign): void
  /** Assets may come from and go to players on the same network, or not. */
  exchange?(orders: NeighbourOrders): void
  /** The network may be back: failed downloads are tried now. */
  retryNow(): void
  /** Reads and hashes all that is held; absent where there is nothing to check. */
  readonly check?: CheckCache
  stop(): Promise<void>
}

/** Who watches over this process and starts it again. */
export type Supervision = {
  /** Whether it was started to show one still only, after too many ends. */
  readonly isSafe: boolean
  /** The page has drawn. */
  drew(): void
  /** Ends this process so that it is started again. */
  restart(): void
}

/** What a player is made of. Everything outside it comes in here. */
export type PlayerParts = {
  readonly configuration: Configuration
  /** What was wrong in the configuration or at the start, in sentences. */
  readonly problems: readonly string[]
  readonly identity: Identity
  readonly db: WriteDb
  readonly seal: Seal
  /** The system's clocks; what runs by the time of day runs on the trusted one that is made of it. */
  readonly clock: Clock
  /** What the system says of its clock. Undefined: whoever gave the clock vouches for it. */
  readonly systemTime?: SystemTime | undefined
  readonly log: Log
  readonly version: string
  readonly systemTimeZone: string
  readonly playerKey: unknown
  /** Signs the records of plays; undefined: they are kept, and sent to nobody. */
  readonly signAsPlayer?: PlaysSenderOptions['sign'] | undefined
  readonly playsPace?: Partial<PlaysPace> | undefined
  /** Hears what the player says, and shows it to who stands under the wall. */
  readonly technician?: TechnicianPage | undefined
  /** Undefined: nobody looks at how the wall does. */
  readonly health?: HealthParts | undefined
  readonly startCache: (changed: () => void, reporter: Reporter) => Cache
  /** Where documents come from that pointers lead to. */
  readonly documentSource: AssetSource
  readonly startHost: (listener: HostListener) => Promise<Host>
  /** Who watches over this process; undefined: nobody does. */
  readonly supervision?: Supervision | undefined
  /** What commands may do beyond the wall. */
  readonly machine?: Machine
  /** Undefined: no path is watched for sticks. */
  readonly startUsb: ((player: StickPlayer, reporter: Reporter) => Usb) | undefined
  /** Room for the database when somebody else has filled the disk. */
  readonly ballast?: Ballast | undefined
  /** Keeps the database within its budgets, and checks it; returns the undo. */
  readonly startUpkeep?: ((reporter: Reporter) => Undo) | undefined
  /** Calls when a damaged database was replaced by another while the player ran; returns the undo. */
  readonly onRebuilt?: ((rebuilt: (message: string) => void) => Undo) | undefined
  /** Undefined: no broker is configured, and the player stays offline. */
  readonly connectBroker: ((will: Publication, listener: BrokerListener) => Broker) | undefined
}

/** A running player. */
export type Player = {
  readonly host: Host
  /** The address of a live stream, while the loop may show it; another answer from the instant that it may not. */
  streamAddress(asset: AssetName): string | undefined
  stop(): Promise<void>
}
