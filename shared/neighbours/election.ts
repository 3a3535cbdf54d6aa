/**
 * The order in which players stand in line for an asset, by their weight for it (rendezvous hashing, Thaler and Ravishankar
 * 1998). All that know of the same players have the same order, without a word between them; each asset has its own, so that
 * the work is spread evenly; and when one leaves, the others keep their order.
 */
export const rankingFor = (assetHex: string, ids: readonly string[]): string[] =>
  [...new Set(ids)]
    .map((id) => ({ id, weight: weightOf(`${assetHex}/${id}`) }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id)

/** Who asks the origin for an asset: the first in line. */
export const electedFor = (assetHex: string, ids: readonly string[]): string | undefined => rankingFor(assetHex, ids)[0]

/** As many stand directly behind each player: what it gives at once. */
export const fanOut = 4

/**
 * Whom a player gets an asset from: the line as a tree, in which the first gets it from the origin and gives it to the next four,
 * they to four each, and so on. A parent is always before its children, so nobody waits in a circle. Undefined: the origin.
 */
export function parentFor(assetHex: string, self: string, others: readonly string[]): string | undefined {
  const line = rankingFor(assetHex, [self, ...others])
  const place = line.indexOf(self)
  return place === 0 ? undefined : line[Math.floor((place - 1) / fanOut)]
}

/** FNV-1a, stirred by the finalizer of MurmurHash3: even is enough; whoever wants to be elected can choose his id anyway. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
