import type { Site } from '../../shared/documents/site.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'

export type PlayerMark = {
  /** What the site asks for may have changed. */
  follow(site: Site | undefined): void
  /** A page that begins knows nothing. */
  again(): void
}

/** Keeps the player's id in a corner of the wall while the site asks for it with `"output": {"showPlayerId": true}`. */
export function createPlayerMark(playerId: string, send: (message: ToScreen) => void): PlayerMark {
  let text = ''
  return {
    follow(site) {
      const wanted = site?.output?.showPlayerId === true ? playerId : ''
      if (wanted === text) return
      text = wanted
      send({ kind: 'mark', text })
    },
    again: () => void (text !== '' && send({ kind: 'mark', text })),
  }
}
