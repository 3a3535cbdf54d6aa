/**
 * Who asks the origin for an asset: of those who know of each other, the one with the highest weight for it (rendezvous
 * hashing, Thaler and Ravishankar 1998). All that have the same table choose the same one, without a word between them, and
 * the assets are spread over them evenly.
 */
export function electedFor(assetHex: string, ids: readonly string[]): string | undefined {
  let elected: { id: string; weight: number } | undefined
  for (const id of ids) {
    const weight = weightOf(`${assetHex}/${id}`)
    if (!elected || weight > elected.weight || (weight === elected.weight && id > elected.id)) elected = { id, weight }
  }
  return elected?.id
}

/** FNV-1a, stirred by the finalizer of MurmurHash3: even is enough; whoever wants to be elected can choose his id anyway. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
