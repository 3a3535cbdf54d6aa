import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { assetNameOf, hexOf } from '../../shared/asset-name.ts'
import type { HlsManifest } from '../../shared/documents/hls-manifest.ts'
import type { LocalAsset } from '../../shared/operator/playlist-payload.ts'
import type { Showable } from '../../shared/operator/showable.ts'
import type { LocalSet, LocalSetFile } from './hls-set.ts'
import { hashFile } from './probe.ts'

const mediaType = 'application/vnd.apple.mpegurl'

/** The asset that an HLS film is: its manifest, which names every file by its hash. `onBytes` hears what was hashed. */
export async function setAsset(
  path: string,
  { files, picture }: LocalSet,
  { width, height, seconds = 0 }: Showable & { readonly ok: true },
  onBytes?: (bytes: number) => void,
): Promise<LocalAsset> {
  const hashed: { readonly local: LocalSetFile; readonly sha256: string }[] = []
  for (const local of files) {
    const sha256 = local.content ? hexOfBytes(local.content) : hexOf(await hashFile(local.file, onBytes))
    hashed.push({ local, sha256 })
  }
  const content = bytesOf({
    kind: 'hls-set',
    seconds,
    files: hashed.map(({ local, sha256 }) => ({ path: local.path, bytes: local.bytes, sha256 })),
  })
  const hex = hexOfBytes(content)
  return {
    name: assetNameOf(hex),
    path,
    facts: { mediaType, bytes: content.byteLength, width, height, seconds },
    content,
    picture,
    files: hashed.map(({ local, sha256 }) => ({
      name: assetNameOf(sha256),
      path: local.file,
      facts: { mediaType, bytes: local.bytes },
      servedAs: `${hex}/${local.path}`,
      ...(local.content && { content: local.content }),
    })),
  }
}

/** The asset that stands for a live stream: a manifest with its address. */
export function streamAsset(url: string): LocalAsset {
  const content = bytesOf({ kind: 'hls-live', url })
  return {
    name: assetNameOf(hexOfBytes(content)),
    path: url,
    facts: { mediaType, bytes: content.byteLength },
    content,
  }
}

/** RFC 8785, so that the same film has the same name wherever it is approved or published. */
const bytesOf = (manifest: HlsManifest): Uint8Array => Buffer.from(canonicalize(manifest) ?? '')

const hexOfBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
