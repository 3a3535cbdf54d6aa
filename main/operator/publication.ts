import type { Jws } from '../../shared/documents/jws.ts'
import type { Answer, Pushed } from '../../shared/operator/answer.ts'
import type { PlacedMistake } from '../../shared/operator/mistake.ts'
import type { AssetServer } from './asset-server.ts'
import type { Settings } from './settings.ts'

/** What somebody who watches a publication is told. */
export type PublishProgress =
  | { readonly kind: 'looking'; readonly done: number; readonly total: number }
  | { readonly kind: 'hashing'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'serving'; readonly origin: string; readonly files: number }
  | { readonly kind: 'pushed'; readonly pushed: Pushed }
  | { readonly kind: 'answer'; readonly player: string; readonly answer: Answer }
  | { readonly kind: 'warning'; readonly message: string }

/** What is to be published, how players get its files, and who hears of it. */
export type PublishRequest = {
  readonly settings: Settings
  /** Path of the playlist in YAML. */
  readonly file: string
  readonly target?: string | undefined
  /** `HOST:PORT` under which players reach this machine. */
  readonly serve?: string | undefined
  /** Where the files lie already, under the names of their hashes; then nothing is served from here. */
  readonly assetsUrl?: string | undefined
  /** Approvals that were signed elsewhere; what they cover is not signed again. */
  readonly approvals?: readonly Jws[] | undefined
  /** RFC 3339: approvals that are signed here end then. */
  readonly approvedUntil?: string | undefined
  /** Send the whole document in the message, however large it is. */
  readonly inline?: boolean | undefined
  readonly revision?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly report?: ((progress: PublishProgress) => void) | undefined
}

/** What came of a publication. */
export type Published = {
  readonly kind: 'published'
  readonly pushed: Pushed
  readonly answers: ReadonlyMap<string, Answer>
  /** Whether every player that is meant has it. */
  readonly complete: boolean
  /** The server of the files, still running; undefined if they lie elsewhere. Whoever asked stops it. */
  readonly server: AssetServer | undefined
}
/** The playlist is wrong: nothing was made of it. */
export type Mistaken = { readonly kind: 'mistakes'; readonly mistakes: readonly PlacedMistake[] }

export type PublishOutcome = Published | Mistaken
