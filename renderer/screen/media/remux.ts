import { MediaFault } from './filling.ts'
import type { FilmAddress, FilmFacts } from './film-file.ts'
import type { Ending, FromRemux, Piece, ToRemux } from './remux-wire.ts'

/** A film that the worker has open: its pieces in order, each asked for when there is room for it. */
export type FilmSource = {
  readonly facts: FilmFacts
  next(): Promise<Piece | Ending>
  close(): void
}

/** Takes films apart in a worker. */
export type Remux = {
  /** Rejects with a MediaFault when the file cannot be played, and when aborted. */
  open(from: FilmAddress, seconds: number | undefined, signal: AbortSignal): Promise<FilmSource>
  stop(): void
}

type Waiting = { resolve(message: FromRemux): void; reject(fault: MediaFault): void }

/** Starts the worker; when it dies, what it had open fails, and the next film is opened in a new one. */
export function startRemux(script: string): Remux {
  const waiting = new Map<number, Waiting>()
  let films = 0

  function start(): Worker {
    const started = new Worker(script)
    started.addEventListener('message', ({ data }: MessageEvent<FromRemux>) => {
      const asked = waiting.get(data.film)
      waiting.delete(data.film)
      if (data.kind === 'failed') asked?.reject(new MediaFault('failed', `the film cannot be read: ${data.message}`))
      else asked?.resolve(data)
    })
    started.addEventListener('error', (event) => {
      event.preventDefault()
      started.terminate()
      if (started === worker) worker = undefined
      const dead = [...waiting.values()]
      waiting.clear()
      for (const one of dead) one.reject(new MediaFault('stalled', `the reader of films died: ${event.message}`))
    })
    return started
  }

  let worker: Worker | undefined = start()
  const ask = (message: ToRemux): Promise<FromRemux> =>
    new Promise((resolve, reject) => {
      waiting.set(message.film, { resolve, reject })
      worker ??= start()
      worker.postMessage(message)
    })
  const close = (film: number) => {
    waiting.get(film)?.reject(new MediaFault('failed', 'the film was closed'))
    waiting.delete(film)
    const message: ToRemux = { kind: 'close', film }
    worker?.postMessage(message)
  }

  return {
    open: async (from, seconds, signal) => {
      films += 1
      const film = films
      const opened = await abortable(ask({ kind: 'open', film, ...from, seconds }), signal, () => close(film))
      if (opened.kind !== 'opened') throw new MediaFault('failed', 'the film was not opened')
      return {
        facts: opened.facts,
        next: async () => {
          const answer = await ask({ kind: 'read', film })
          if (answer.kind === 'piece') return answer.piece
          if (answer.kind === 'end') return answer.ending
          throw new MediaFault('failed', 'the film was not read')
        },
        close: () => close(film),
      }
    },
    stop: () => worker?.terminate(),
  }
}

async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal, undo: () => void): Promise<Value> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } catch (cause) {
    undo()
    throw cause
  }
}
