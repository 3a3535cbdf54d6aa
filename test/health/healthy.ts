import { blamed, untilHeard, untilWell } from './faults.ts'
import type { Heard, WatchedWall } from './watched-wall.ts'

/** A stretch in which nothing is wrong with a wall, whatever it looks like. */
export type Healthy = {
  readonly name: string
  readonly seconds: number
  begin(wall: WatchedWall): Promise<unknown>
  end?(wall: WatchedWall): Promise<unknown>
}

const dark = (word: Heard) => word.reasons.some(({ code }) => code === 'wall-dark')

export const healthy: readonly Healthy[] = [
  {
    name: 'films, photos of 15 s, a dark film, fades to black, a black photo, a live stream',
    seconds: 90,
    begin: (wall) => wall.push('mixed'),
  },
  { name: 'one photo of 15 s, over and over', seconds: 40, begin: (wall) => wall.push('one-photo') },
  { name: 'one film, over and over', seconds: 20, begin: (wall) => wall.push('one-film') },
  { name: 'a black photo for less than a minute', seconds: 25, begin: (wall) => wall.push('black-photo') },
  { name: 'a black film for less than a minute', seconds: 25, begin: (wall) => wall.push('black-film') },
  {
    name: 'dark hours',
    seconds: 20,
    async begin(wall) {
      const from = wall.heard.length
      await wall.open(false)
      await untilHeard(wall, 'the wall goes dark', from, dark, 20_000)
    },
    async end(wall) {
      await wall.open(true)
      await untilHeard(wall, 'the wall is lit', 0, (word) => word === wall.heard.at(-1) && !dark(word), 20_000)
    },
  },
]

/** Lets a wall be for so long, and says what it reported that was not so: codes of reasons that speak against it. */
export async function untrueDuring(wall: WatchedWall, stretch: Healthy, factor = 1): Promise<string[]> {
  await untilWell(wall, `well before: ${stretch.name}`)
  await stretch.begin(wall)
  const from = wall.heard.length
  await new Promise((resolve) => setTimeout(resolve, stretch.seconds * factor * 1000))
  const untrue = wall.heard.slice(from).flatMap(blamed)
  await stretch.end?.(wall)
  return [...new Set(untrue)]
}
