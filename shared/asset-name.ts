import { z } from 'zod'

/** Names an asset by its bytes: `sha256:` and 64 lower-case hex digits. */
export const assetName = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hex digits')
  .brand<'AssetName'>()
export type AssetName = z.infer<typeof assetName>

/** The 64 hex digits of an asset's name: safe as a file name. */
export const hexOf = (name: AssetName): string => name.slice('sha256:'.length)

/** The name of the bytes with this SHA-256, given in hex; throws on anything else. */
export const assetNameOf = (sha256Hex: string): AssetName => assetName.parse(`sha256:${sha256Hex}`)
