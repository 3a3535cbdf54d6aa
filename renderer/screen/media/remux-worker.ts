import { type FilmFile, openFilmFile } from './film-file.ts'
import { piecesOf } from './pieces.ts'
import type { Ending, FromRemux, Piece, ToRemux } from './remux-wire.ts'

// The worker's entry: takes films apart beside the page, so that the page's own thread is free to present them.

type OpenFilm = { readonly file: FilmFile; readonly pieces: AsyncGenerator<Piece, Ending> }
const films = new Map<number, Promise<OpenFilm>>()

self.addEventListener('message', (event: MessageEvent<ToRemux>) => void take(event.data))

async function take(message: ToRemux): Promise<void> {
  const { film } = message
  try {
    const answered = await answer(message)
    if (answered && films.has(film)) post(answered)
  } catch (cause) {
    post({ kind: 'failed', film, message: cause instanceof Error ? cause.message : String(cause) })
  }
}

async function answer(message: ToRemux): Promise<FromRemux | undefined> {
  const { film } = message
  if (message.kind === 'close') return close(film)
  if (message.kind === 'open') {
    const opening = open(message)
    films.set(film, opening)
    return { kind: 'opened', film, facts: (await opening).file.facts }
  }
  const opened = await films.get(film)
  if (!opened) throw new Error('it is not open any more')
  const next = await opened.pieces.next()
  return next.done ? { kind: 'end', film, ending: next.value } : { kind: 'piece', film, piece: next.value }
}

async function open(message: Extract<ToRemux, { kind: 'open' }>): Promise<OpenFilm> {
  const file = await openFilmFile(message)
  return { file, pieces: piecesOf(file, message.seconds) }
}

async function close(film: number): Promise<undefined> {
  const opening = films.get(film)
  films.delete(film)
  const opened = await opening?.catch(() => undefined) // that it did not open has been told
  if (!opened) return
  await opened.pieces.return({ endSeconds: 0, lastFrameSeconds: 0 }).catch(() => undefined) // nobody reads it any more
  opened.file.close()
}

function post(message: FromRemux): void {
  self.postMessage(message, { transfer: message.kind === 'piece' ? [message.piece.bytes] : [] })
}
