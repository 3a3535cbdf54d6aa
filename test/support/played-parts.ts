import type { Cache, PlayerParts } from '../../main/app/player-parts.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'

/** A cache that has whatever it is asked for, at once. */
export const cacheOfEverything: PlayerParts['startCache'] = (changed): Cache => {
  const held = new Set<AssetName>()
  return {
    want(assets) {
      const before = held.size
      for (const { asset } of assets) held.add(asset)
      if (held.size > before) changed()
    },
    held: () => new Set(held),
    late: () => new Set(),
    retryNow: () => {},
    stop: async () => {},
  }
}

/** A window without a browser: its page says hello, and what it is sent is handed on. */
export const playedWindow =
  (heard: (message: ToScreen) => void): PlayerParts['startHost'] =>
  async (listener) => {
    setImmediate(() => listener.message({ kind: 'hello', at: 0 }))
    return {
      name: 'chromium',
      version: '0',
      send: heard,
      screenshot: async () => Buffer.from('\x89PNG picture', 'latin1'),
      renew: () => {},
      stop: async () => {},
    }
  }

/** The items of the newest programme among these messages, in order; none before the first. */
export function itemsIn(messages: readonly ToScreen[]): string[] {
  const last = messages.findLast((message) => message.kind === 'programme')
  return last?.kind === 'programme'
    ? last.programme.lanes.flatMap((lane) => lane.showings.map((showing) => showing.item))
    : []
}
