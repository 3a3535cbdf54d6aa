import { lanesOf, type Programme } from '../screen/programme.ts'

/** How long the one still of safe mode is shown before it is shown anew, in seconds. */
const stillSeconds = 60

/**
 * What a wall in safe mode shows: the first photo of the programme, over and over, so that nothing is decoded and hardly
 * anything drawn. It is of the programme as it is now, so it may be shown now; without one the slate is on. Nothing of it is
 * in step with other walls.
 */
export function safeProgramme(programme: Programme): Programme {
  const { id, slateReason, dark } = programme
  const safe = { id: `${id} safe`, ...(dark !== undefined && { dark }) }
  for (const lane of lanesOf(programme)) {
    const still = lane.showings.find(({ mediaType }) => mediaType.startsWith('image/'))
    if (!still) continue
    const showing = { ...still, seconds: stillSeconds, transition: { kind: 'cut' as const } }
    return { ...safe, lanes: [{ key: lane.key, weight: 1, showings: [showing] }], slateReason: null }
  }
  return { ...safe, lanes: [], slateReason: slateReason ?? 'safe-mode' }
}
