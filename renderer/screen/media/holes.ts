const widestSeconds = 5

/** Jumps a hole in what is buffered: one that remains between two films would be waited at for ever. */
export function jumpHole(video: HTMLVideoElement): void {
  const { buffered, currentTime, readyState, seeking } = video
  if (seeking || readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return
  for (let at = 0; at < buffered.length; at++) {
    const start = buffered.start(at)
    if (start <= currentTime || start - currentTime > widestSeconds) continue
    video.currentTime = start
    return
  }
}
