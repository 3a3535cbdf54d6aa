/**
 * A SourceBuffer whose operations wait for each other. Each resolves when it is done, and rejects when the buffer is full
 * (QuotaExceededError), or when the element has given up and takes nothing any more.
 */
export type Buffer = {
  append(bytes: ArrayBuffer, offsetSeconds: number, mediaType: string): Promise<void>
  remove(fromSeconds: number, untilSeconds: number): Promise<void>
  /** Says that nothing follows, so that the decoder gives out its last frames. */
  end(): Promise<void>
}

/** Gives the element a MediaSource with one track; resolves when it takes bytes. */
export async function openBuffer(video: HTMLVideoElement, mediaType: string): Promise<Buffer> {
  const media = new MediaSource()
  const address = URL.createObjectURL(media)
  const opened = new Promise((resolve) => media.addEventListener('sourceopen', resolve, { once: true }))
  video.src = address
  await opened
  // Its address may go as soon as the element has it: what is attached stays attached.
  URL.revokeObjectURL(address)
  const source = media.addSourceBuffer(mediaType)
  let typeNow = mediaType
  let last: Promise<void> = Promise.resolve()
  const inTurn = (run: () => void | Promise<void>): Promise<void> => {
    const done = last.then(run)
    last = done.catch(() => {}) // told to who asked; the next in turn is tried all the same
    return done
  }
  const updated = (start: () => void) =>
    new Promise<void>((resolve, reject) => {
      const settled = new AbortController()
      const settle = (finish: () => void) => () => {
        settled.abort()
        finish()
      }
      source.addEventListener('updateend', settle(resolve), { signal: settled.signal })
      source.addEventListener(
        'error',
        settle(() => reject(new Error('the bytes are not taken'))),
        {
          signal: settled.signal,
        },
      )
      try {
        start()
      } catch (cause) {
        settle(() => reject(cause))()
      }
    })
  return {
    append: (bytes, offsetSeconds, type) =>
      inTurn(() => {
        if (type !== typeNow) source.changeType(type)
        typeNow = type
        source.timestampOffset = offsetSeconds
        return updated(() => source.appendBuffer(bytes))
      }),
    remove: (fromSeconds, untilSeconds) => inTurn(() => updated(() => source.remove(fromSeconds, untilSeconds))),
    end: () =>
      inTurn(() => {
        if (media.readyState === 'open') media.endOfStream()
      }),
  }
}
