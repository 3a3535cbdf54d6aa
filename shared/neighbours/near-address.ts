/**
 * Whether an IPv4 address belongs to a local network: private (RFC 1918), link-local (RFC 3927) or this machine. Players talk
 * to no other address, whoever announces it.
 */
export function isNearAddress(address: string): boolean {
  const parts = address.replace(/^::ffff:/i, '').split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return false
  const [first = 0, second = 0] = parts.map(Number)
  if (first === 10 || first === 127) return true
  if (first === 172) return second >= 16 && second <= 31
  return (first === 192 && second === 168) || (first === 169 && second === 254)
}

/** Whether an address is this machine itself; several players may run on it, each at a port of its own. */
export const isOwnMachine = (address: string): boolean => /^(::ffff:)?127\./i.test(address)
