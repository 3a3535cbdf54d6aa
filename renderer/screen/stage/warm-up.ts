import { showing } from '../../../shared/screen/programme.ts'
import { startPosition } from '../../../shared/screen/rotation.ts'
import type { Play } from '../driver-state.ts'
import type { FillingListener } from '../media/filling.ts'
import { createFrameCounts } from '../media/frame-counts.ts'
import { openTimeline } from '../media/timeline.ts'
import type { ScreenStore } from '../store.ts'
import { makeDeck } from './deck.ts'
import { openSource } from './film-source.ts'
import type { StageParts } from './stage.ts'

/** A page that has no programme for so long stands by: at a start it has one at once, and nothing may delay that. */
const warmAfterMs = 1_000
/** So long its film may take; it lasts 0.6 s. */
const patienceMs = 5_000

/**
 * Plays a black film of the page's own once, unseen, in a page that stands by: code, connection and decoder are then no longer used for
 * the first time by the film that is waited for (measured: 159 instead of 204 ms of the processor until it is shown). Gives way to the
 * first programme. Returns the undo.
 */
export function warmUpLater(parent: HTMLElement, store: ScreenStore, parts: StageParts): () => void {
  const { clock, remux } = parts
  const abort = new AbortController()
  const { signal } = abort
  const cancel = clock.after(warmAfterMs, () => {
    // A browser that does not play it has nothing to warm up; what then cannot be shown, the programme's items will tell.
    warmUp(parent, { clock, remux }, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])).catch(() => {})
  })
  const stopListening = store.subscribe(({ driver }) => driver.programme && stop())
  const stop = () => {
    cancel()
    stopListening()
    abort.abort()
  }
  return stop
}

async function warmUp(
  parent: HTMLElement,
  { clock, remux }: Pick<StageParts, 'clock' | 'remux'>,
  signal: AbortSignal,
): Promise<void> {
  const play = blackFilm()
  const film = await openSource(play, remux, signal)
  if (signal.aborted || !film) return film?.close()
  const deck = makeDeck(parent)
  let finish = () => {}
  const over = new Promise<void>((resolve) => {
    finish = resolve
  })
  const listener: FillingListener = { presented() {}, over: finish, failed: finish, stalled: finish }
  signal.addEventListener('abort', () => finish(), { once: true })
  try {
    deck.put('waiting')
    deck.hold('video')
    const timeline = await openTimeline(
      deck.video,
      play,
      film,
      { clock, counts: createFrameCounts(), listener },
      signal,
    )
    timeline.begin(() => {})
    await over
    timeline.dispose()
  } finally {
    deck.root.remove()
  }
}

/**
 * Made by `ffmpeg -f lavfi -i color=black:s=128x72:r=30:d=0.6 -c:v libx264 -pix_fmt yuv420p -g 30 -bf 2 -movflags +faststart`, without
 * what the encoder says of itself.
 */
const blackFilm = (): Play => ({
  id: 0,
  showing: showing.parse({
    key: 'warm-up',
    playlist: 'warm-up',
    revision: 0,
    item: 'warm-up',
    asset: `sha256:${'0'.repeat(64)}`,
    mediaType: 'video/mp4',
    address: 'warm-up.mp4',
    seconds: null,
    fit: 'cover',
    transition: { kind: 'cut' },
    audio: false,
  }),
  before: startPosition,
  after: startPosition,
})
