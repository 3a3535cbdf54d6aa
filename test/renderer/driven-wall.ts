import assert from 'node:assert/strict'
import { step, wakeAtMs } from '../../renderer/screen/driver.ts'
import { type DriverEvent, type DriverState, type Effect, firstState } from '../../renderer/screen/driver-state.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import type { Position } from '../../shared/screen/rotation.ts'

/** Drives the machine with a clock of its own, as the shell does: a tick whenever it asks for one. */
export class Wall {
  state: DriverState = firstState
  nowMs = 1_000_000
  log: string[] = []
  effects: Effect[] = []

  take(event: DriverEvent): this {
    const result = step(this.state, event, this.nowMs)
    this.state = result.state
    this.effects.push(...result.effects)
    this.log.push(...result.effects.map((effect) => describe(effect)))
    return this
  }

  programme(programme: Programme, more: { mayFinish?: Programme; resume?: Position; cutIn?: string } = {}): this {
    const mayFinish = more.mayFinish?.lanes.flatMap((lane) => lane.showings.map((one) => one.key)) ?? []
    const resume = more.resume ?? null
    return this.take({
      kind: 'programme',
      programme,
      mayFinish,
      resume,
      cutIn: more.cutIn ?? null,
      playerName: 'wall',
      languages: [],
    })
  }

  next(): number {
    assert.ok(this.state.next, 'something should come next')
    return this.state.next.play.id
  }

  ready(joined = false): this {
    return this.take({ kind: 'prepared', play: this.next(), joined })
  }

  /** The next is on the wall: a photo that the clock ends, or a film that the stage ends. */
  present(endIsTimed = true): this {
    const seconds = this.state.next?.play.showing.seconds ?? undefined
    const endsAtMs = seconds === undefined ? undefined : this.nowMs + seconds * 1000
    return this.take({ kind: 'presented', play: this.next(), endsAtMs, endIsTimed })
  }

  failNext(message = 'broken'): this {
    return this.take({ kind: 'failed', play: this.next(), fault: 'failed', message, certain: true })
  }

  on(): number {
    assert.ok(this.state.on, 'something should be on')
    return this.state.on.play.id
  }

  pass(ms: number): this {
    const until = this.nowMs + ms
    for (let at = wakeAtMs(this.state, this.nowMs); at !== undefined && at <= until; ) {
      this.nowMs = Math.max(this.nowMs, at)
      const before = this.state
      this.take({ kind: 'tick' })
      at = wakeAtMs(this.state, this.nowMs)
      assert.ok(this.state !== before || (at ?? 0) > this.nowMs, 'the machine must not ask for a tick again and again')
    }
    this.nowMs = until
    return this
  }

  taken(): string[] {
    const taken = this.log
    this.log = []
    return taken
  }
}

function describe(effect: Effect): string {
  switch (effect.kind) {
    case 'prepare':
      return `prepare ${effect.play.showing.item}${effect.join ? ' to join' : ''}`
    case 'show':
      return effect.fadeMs > 0 ? `fade ${effect.fadeMs}` : 'show'
    case 'tell':
      if (effect.message.kind === 'fault') return effect.message.code
      return effect.message.kind === 'slate' ? `slate: ${effect.message.reason}` : effect.message.kind
    case 'tell-ended':
      return `${effect.play.showing.item} ${effect.outcome}`
    default:
      return effect.kind
  }
}
