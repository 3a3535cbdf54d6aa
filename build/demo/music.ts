import { chanceFrom } from './scenes/chance.ts'

const sampleRate = 48_000

/** What a film sounds like: a mode to pick notes from, how fast they fall, and how bright the strings are. */
export type Mood = {
  readonly seed: number
  readonly root: number
  readonly chords: readonly (readonly number[])[]
  readonly notesPerSecond: number
  readonly brightness: number
}

/**
 * A bed of soft chords with plucked strings over it in the five-tone scale, as a 16-bit stereo WAV file at 48 kHz
 * that fades in and out, so that films may follow each other.
 */
export const composeWav = (mood: Mood, seconds: number): Uint8Array => {
  const length = Math.round(seconds * sampleRate)
  const left = new Float32Array(length)
  const right = new Float32Array(length)
  addChords(mood, left, right)
  addStrings(mood, left, right)
  for (const side of [left, right]) addRoom(side, side === left ? 0.0371 : 0.0413)
  return wav(finish(left), finish(right))
}

const frequency = (root: number, semitones: number): number => root * 2 ** (semitones / 12)

const addChords = (mood: Mood, left: Float32Array, right: Float32Array): void => {
  const span = left.length / mood.chords.length
  mood.chords.forEach((chord, index) => {
    chord.forEach((semitones, voice) => {
      const pitch = frequency(mood.root, semitones)
      const start = Math.max(0, Math.round(span * (index - 0.2)))
      const end = Math.min(left.length, Math.round(span * (index + 1.2)))
      for (let at = start; at < end; at += 1) {
        const part = (at - start) / (end - start)
        const swell = Math.sin(Math.PI * part) ** 0.8 * (0.05 / (1 + voice * 0.18))
        const time = at / sampleRate
        const sway = 1 + 0.25 * Math.sin(2 * Math.PI * (0.19 + voice * 0.05) * time + voice)
        left[at] = (left[at] ?? 0) + warm(pitch * 0.9985, time) * swell * sway
        right[at] = (right[at] ?? 0) + warm(pitch * 1.0015, time) * swell * (2 - sway)
      }
    })
  })
}

const warm = (pitch: number, time: number): number => {
  const phase = 2 * Math.PI * pitch * time
  return Math.sin(phase) + 0.32 * Math.sin(phase * 2 + 0.4) + 0.1 * Math.sin(phase * 3 + 1.1)
}

const fiveTones = [0, 2, 4, 7, 9, 12, 14, 16, 19, 21]

const addStrings = (mood: Mood, left: Float32Array, right: Float32Array): void => {
  const chance = chanceFrom(mood.seed)
  const step = sampleRate / mood.notesPerSecond
  let degree = 4
  for (let index = 1; (index + 2) * step < left.length; index += 1) {
    degree = Math.min(9, Math.max(0, degree + Math.round((chance() - 0.5) * 5)))
    if (chance() < 0.22) continue
    const pitch = frequency(mood.root * 2, fiveTones[degree] ?? 0)
    const pan = 0.3 + chance() * 0.4
    pluck(
      { pitch, start: Math.round(index * step), loudness: 0.16 + chance() * 0.1, pan, brightness: mood.brightness },
      chance,
      left,
      right,
    )
  }
}

type Note = {
  readonly pitch: number
  readonly start: number
  readonly loudness: number
  readonly pan: number
  readonly brightness: number
}

// A string as Karplus and Strong describe it (Computer Music Journal 7(2), 1983): a burst of noise in a damped loop.
const pluck = (note: Note, chance: () => number, left: Float32Array, right: Float32Array): void => {
  const loop = Float32Array.from({ length: Math.max(2, Math.round(sampleRate / note.pitch)) }, () => chance() * 2 - 1)
  let held = 0
  for (let at = 0; at < sampleRate * 2.4 && note.start + at < left.length; at += 1) {
    const here = at % loop.length
    const mixed = ((loop[here] ?? 0) + (loop[(here + 1) % loop.length] ?? 0)) * 0.4985
    loop[here] = mixed
    held += (mixed - held) * note.brightness
    const value = held * note.loudness
    left[note.start + at] = (left[note.start + at] ?? 0) + value * (1 - note.pan)
    right[note.start + at] = (right[note.start + at] ?? 0) + value * note.pan
  }
}

const addRoom = (side: Float32Array, firstSeconds: number): void => {
  for (const [seconds, share] of [
    [firstSeconds, 0.32],
    [firstSeconds * 2.37, 0.3],
    [firstSeconds * 5.11, 0.34],
  ] as const) {
    const delay = Math.round(seconds * sampleRate)
    for (let at = delay; at < side.length; at += 1) side[at] = (side[at] ?? 0) + (side[at - delay] ?? 0) * share
  }
}

const finish = (side: Float32Array): Float32Array => {
  const peak = side.reduce((most, value) => Math.max(most, Math.abs(value)), 0.001)
  const fade = sampleRate * 0.7
  return side.map((value, at) => (value / peak) * 0.5 * Math.min(1, at / fade, (side.length - at) / fade))
}

const wav = (left: Float32Array, right: Float32Array): Uint8Array => {
  const file = Buffer.alloc(44 + left.length * 4)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + left.length * 4, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(2, 22)
  file.writeUInt32LE(sampleRate, 24)
  file.writeUInt32LE(sampleRate * 4, 28)
  file.writeUInt16LE(4, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(left.length * 4, 40)
  for (let at = 0; at < left.length; at += 1) {
    file.writeInt16LE(Math.round((left[at] ?? 0) * 32767), 44 + at * 4)
    file.writeInt16LE(Math.round((right[at] ?? 0) * 32767), 46 + at * 4)
  }
  return file
}
