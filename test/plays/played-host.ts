import type { PlayerParts } from '../../main/app/player-parts.ts'
import type { HostListener, StartHost } from '../../main/hosts/host.ts'
import type { ShowingKey } from '../../shared/screen/programme.ts'
import { startPosition } from '../../shared/screen/rotation.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'

/** A page that is played by the test: it says what was shown when it is told to. */
export type PlayedHost = {
  readonly startHost: PlayerParts['startHost']
  readonly sent: readonly ToScreen[]
  /** Items of the newest programme. */
  items(): string[]
  isDark(): boolean
  hello(): void
  gone(): void
  /** The window of the page that was gone is off the display. */
  left(): void
  shown(key: ShowingKey, at: number, more?: { readonly undrawn: true }): void
  ended(key: ShowingKey, ms: number, outcome: 'complete' | 'interrupted' | 'failed'): void
  slate(at: number): void
}

/** `closing` is what happens while the window closes. */
export function playedHost(closing: () => Promise<void> = async () => {}): PlayedHost {
  const sent: ToScreen[] = []
  let listener: HostListener | undefined
  const tell = (message: FromScreen) => listener?.message(message)
  const hello = () => tell({ kind: 'hello', at: Date.now() })
  const programme = () => {
    const last = sent.findLast((message) => message.kind === 'programme')
    return last?.kind === 'programme' ? last.programme : undefined
  }
  let startedAt = 0
  return {
    sent,
    items: () => programme()?.lanes.flatMap((lane) => lane.showings.map(({ item }) => item)) ?? [],
    isDark: () => programme()?.dark !== undefined,
    startHost: async (given) => {
      listener = given
      setImmediate(hello)
      return {
        name: 'chromium',
        version: '0',
        send: (message) => void sent.push(message),
        screenshot: async () => Buffer.from('\x89PNG picture', 'latin1'),
        renew: () => {},
        stop: closing,
      } as Awaited<ReturnType<StartHost>>
    },
    hello,
    gone: () => listener?.gone('page', 'the test says so'),
    left: () => listener?.left?.(),
    shown(key, at, more) {
      startedAt = at
      tell({ kind: 'shown', at, key, position: startPosition, next: null, ...more })
    },
    ended(key, ms, outcome) {
      const frames = { presentedFrames: 0, droppedFrames: 0 }
      tell({ kind: 'ended', at: startedAt + ms, key, startedAt, ms, ...frames, outcome })
    },
    slate: (at) => tell({ kind: 'slate', at, reason: 'nothing-to-show' }),
  }
}
