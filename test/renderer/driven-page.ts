import { step, wakeAtMs } from '../../renderer/screen/driver.ts'
import { type DriverEvent, type DriverState, firstState } from '../../renderer/screen/driver-state.ts'
import { keyOf, type Lane, type Programme } from '../../shared/screen/programme.ts'
import { type Position, position } from '../../shared/screen/rotation.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { showingOf } from './showings.ts'

/** The lane `fleet/{name}` of one item. */
export const laneOfOne = (name: string, seconds: number, more: Pick<Lane, 'limits' | 'notBeside'> = {}): Lane => ({
  key: `fleet/${name}`,
  weight: 1,
  showings: [{ ...showingOf(name, { seconds }), playlist: name, key: keyOf(`fleet/${name}`, name, 'x') }],
  ...more,
})

/** A page of virtual time, whose stage needs 30 ms to make anything ready and 20 ms to show it; `broken` items fail at that. */
export function createPage(beganMs = 1_000_000) {
  let state: DriverState = firstState
  let nowMs = beganMs
  const told: FromScreen[] = []
  const broken = new Set<string>()
  const soon: { readonly atMs: number; readonly event: DriverEvent }[] = []

  function take(event: DriverEvent): void {
    const result = step(state, event, nowMs)
    state = result.state
    for (const effect of result.effects) {
      if (effect.kind === 'tell') told.push(effect.message)
      if (effect.kind === 'prepare') {
        const play = effect.play.id
        const event: DriverEvent = broken.has(effect.play.showing.item)
          ? { kind: 'failed', play, fault: 'failed', message: 'it cannot be read', certain: true }
          : { kind: 'prepared', play, joined: false }
        soon.push({ atMs: nowMs + 30, event })
      }
      if (effect.kind === 'show') {
        const seconds = state.next?.play.showing.seconds ?? 1
        const atMs = nowMs + 20
        soon.push({
          atMs,
          event: { kind: 'presented', play: effect.play, endsAtMs: atMs + seconds * 1000, endIsTimed: true },
        })
      }
    }
  }
  function pass(ms: number): void {
    const untilMs = nowMs + ms
    for (;;) {
      soon.sort((a, b) => a.atMs - b.atMs)
      const wakeMs = wakeAtMs(state, nowMs) ?? Number.POSITIVE_INFINITY
      const atMs = Math.min(soon[0]?.atMs ?? Number.POSITIVE_INFINITY, wakeMs)
      if (atMs > untilMs) break
      nowMs = Math.max(nowMs, atMs)
      const next = soon[0] && soon[0].atMs <= wakeMs ? soon.shift() : undefined
      take(next?.event ?? { kind: 'tick' })
    }
    nowMs = untilMs
  }
  return {
    told,
    pass,
    take,
    broken,
    programme(
      lanes: Lane[],
      resume: Position | null = null,
      more: Partial<Programme> = {},
      cutIn: string | null = null,
    ) {
      take({
        kind: 'programme',
        programme: { id: String(nowMs), lanes, slateReason: null, ...more },
        mayFinish: [],
        resume,
        cutIn,
        playerName: 'wall',
        languages: [],
      })
    },
    startsOf: (name: string) =>
      told.flatMap((one) => (one.kind === 'shown' && one.key.startsWith(`fleet/${name}/`) ? [one.at] : [])),
    /** Items in the order in which they came on. */
    shown: () => told.flatMap((one) => (one.kind === 'shown' ? [one.key.split('/')[2] ?? ''] : [])),
    /** Why the fallback was on, each time. */
    fallbacks: () => told.flatMap((one) => (one.kind === 'shown' && one.fallback !== undefined ? [one.fallback] : [])),
    slates: () => told.flatMap((one) => (one.kind === 'slate' ? [one.reason] : [])),
    lastPosition: () =>
      position.parse(JSON.parse(JSON.stringify(told.findLast((one) => one.kind === 'shown')?.position))),
    nowMs: () => nowMs,
  }
}
