import type { Mood } from './music.ts'

/** The music of each film, by the name of its file; chords are semitones over the root, given in hertz. */
export const moods: Readonly<Record<string, Mood>> & { readonly default: Mood } = {
  default: {
    seed: 1,
    root: 146.83,
    chords: [
      [0, 7, 12, 16],
      [-3, 4, 12, 16],
    ],
    notesPerSecond: 2,
    brightness: 0.3,
  },
  'hongya-cave': {
    seed: 41,
    root: 146.83,
    chords: [
      [-12, 0, 7, 16],
      [-15, -3, 4, 12],
      [-8, -5, 2, 11],
      [-12, 0, 7, 14],
    ],
    notesPerSecond: 3,
    brightness: 0.35,
  },
  'yangtze-cable-car': {
    seed: 58,
    root: 164.81,
    chords: [
      [-12, 0, 4, 11],
      [-7, -3, 5, 12],
      [-12, 0, 7, 14],
    ],
    notesPerSecond: 2,
    brightness: 0.2,
  },
  'liziba-train': {
    seed: 73,
    root: 196,
    chords: [
      [-12, 0, 4, 7],
      [-5, -1, 7, 14],
      [-15, -3, 4, 9],
      [-12, 0, 4, 12],
    ],
    notesPerSecond: 4,
    brightness: 0.45,
  },
}
