import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import { rememberingCrypto } from '../../shared/trust/remembered.ts'
import type { Published, ShownMark } from './expected.ts'

/** Everything about a recording that does not change from state to state. */
export type World = {
  readonly rootKeys: readonly PublicJwk[]
  readonly published: readonly Published[]
  /** What the page was ever handed, in order. */
  readonly programmes: readonly Loop[]
  readonly shown: readonly ShownMark[]
  /** The right bytes of an asset. */
  readonly bytesOf: (asset: AssetName) => Buffer
  /** Whether a half download may be gone whole: where a folder keeps no name that was not synced. */
  readonly halvesMayVanish: boolean
  /** Whether the loop and what is held are judged by what the page was handed last, call by call. */
  readonly judgesLoop: boolean
  /** How many plays may be recorded of which the page was not told so: the power goes in between. */
  readonly mostUnheard: number
}

/** Every showing of a loop, by its key, which names lane, item and asset. */
export type Loop = readonly string[]

/** What a check remembers from one state to the next. `sound`: whether a file, by its key, is what its row says. `verdicts`: what was found. */
export type CheckMemory = {
  readonly verdicts: Map<string, readonly string[]>
  readonly sound: Map<string, string | undefined>
  readonly crypto: ReturnType<typeof rememberingCrypto>
}
export const createMemory = (): CheckMemory => ({
  verdicts: new Map(),
  sound: new Map(),
  crypto: rememberingCrypto(nodeCrypto),
})
