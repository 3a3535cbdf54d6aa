import type { Site } from '../../shared/documents/site.ts'
import { approvalOf, type PushedAsset } from '../support/documents.ts'

/** An item of a site's fallback, approved by these keys. */
export async function fallbackItem(
  one: PushedAsset,
  id: string,
  approvers: Parameters<typeof approvalOf>[1],
): Promise<Site['fallback'][number]> {
  const { asset, ...facts } = one
  const seconds = facts.mediaType.startsWith('image/') ? { seconds: 5 } : {}
  const approvals = [await approvalOf(one, approvers)]
  return { id, asset, ...seconds, fit: 'contain', transition: { kind: 'cut' }, audio: false, facts, approvals }
}
