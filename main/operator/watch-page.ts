import type { PlayerView } from '../../shared/operator/fleet.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { qrLines } from '../adapters/qr-text.ts'

/** What `watch --qr` prints: the address of a player's page for technicians, to be pointed a phone at. */
export function pageLines(player: PlayerView | undefined, id: string, colours: boolean): string[] {
  if (!player) throw new OperatorError(`no player ${id} has been heard of on this broker`)
  const page = player.state?.health
  if (!page)
    throw new OperatorError(
      `${id} serves no page for technicians: its kiosk.json says so, or it is older than the page`,
    )
  const isNear = /^https?:\/\/127\./.test(page.url)
  // Only on the machine itself it is served without a certificate of its own.
  const hint =
    page.fingerprint === null
      ? 'Only to be seen on the machine itself: "health": {"listen": "lan"} in its kiosk.json opens it.'
      : 'The player’s machine has no address on a local network at the moment.'
  return [
    ...qrLines(page.url, colours),
    page.url,
    ...(page.fingerprint === null ? [] : [`SHA-256 of its certificate: ${page.fingerprint}`]),
    ...(isNear ? [hint] : []),
  ]
}
