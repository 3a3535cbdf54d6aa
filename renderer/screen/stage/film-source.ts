import type { Play } from '../driver-state.ts'
import { fitsTimeline } from '../media/clip.ts'
import type { FilmSource, Remux } from '../media/remux.ts'

export const isStream = ({ showing }: Play) => showing.mediaType === 'application/vnd.apple.mpegurl'
/** An HLS set on demand, whose files are all on this machine. */
export const isSet = (play: Play) => isStream(play) && play.showing.stream !== 'live'

/** Takes the film apart; undefined for one with sound or of a kind that only the element or the player of streams may know. */
export async function openSource(play: Play, remux: Remux, signal: AbortSignal): Promise<FilmSource | undefined> {
  if (play.showing.audio) return undefined
  const film = isSet(play)
    ? await openSet(play, remux, signal)
    : await remux.open(placeOf(play), secondsOf(play), signal)
  if (!film || fitsTimeline(film, play.showing.seconds)) return film
  film.close()
  return undefined
}

/** A set that cannot be taken apart is left to the player of streams, which also says what is wrong with it. */
async function openSet(play: Play, remux: Remux, signal: AbortSignal): Promise<FilmSource | undefined> {
  const setForHeight = window.innerHeight * window.devicePixelRatio
  try {
    return await remux.open({ ...placeOf(play), setForHeight }, secondsOf(play), signal)
  } catch (cause) {
    if (signal.aborted) throw cause
    return undefined
  }
}

const placeOf = ({ showing }: Play) => ({ address: new URL(showing.address, document.baseURI).href })
const secondsOf = ({ showing }: Play) => showing.seconds ?? undefined
