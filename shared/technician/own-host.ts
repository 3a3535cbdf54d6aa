/** Where a request came in, and by which names this machine may be called. */
export type OwnHost = {
  /** The address of this machine that the connection was made to. */
  readonly localAddress: string
  readonly port: number
  /** Lower case, without a port: the multicast DNS name, and what the configuration names. */
  readonly names: readonly string[]
  readonly secure: boolean
}

/**
 * Whether a Host header names this machine: by the address that was connected to, or by a name of its own. A page of somebody
 * else whose name was made to lead here (DNS rebinding) says its own name, and gets nothing.
 */
export function isOwnHost(header: string | undefined, own: OwnHost): boolean {
  const [, name = '', port] = /^([a-z0-9.-]{1,253})(?::(\d{1,5}))?$/i.exec(header ?? '') ?? []
  if (Number(port ?? (own.secure ? 443 : 80)) !== own.port) return false
  const address = own.localAddress.replace(/^::ffff:/i, '')
  const lower = name.toLowerCase()
  return lower === address || own.names.includes(lower) || (lower === 'localhost' && address.startsWith('127.'))
}

/** What a browser sends beside a request that decides whether it may change something. Names in lower case. */
export type SentHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Whether a request was made by the page itself: its Origin is this very address, it is declared as JSON, and it carries a header
 * that no form and no other site's script can add without being asked back first.
 */
export function isFromOwnPage(headers: SentHeaders, secure: boolean): boolean {
  const site = headers['sec-fetch-site']
  return (
    headers.origin === `${secure ? 'https' : 'http'}://${String(headers.host)}` &&
    headers['plazacast-page'] === '1' &&
    headers['content-type'] === 'application/json' &&
    (site === undefined || site === 'same-origin')
  )
}
