import { createHash } from 'node:crypto'
import { assetNameOf } from '../../shared/asset-name.ts'
import { keyOf, type Lane, type Programme, type Showing } from '../../shared/screen/programme.ts'

/** A showing named by its item; another `bytes` is another asset of the same item. */
export function showingOf(item: string, more: Partial<Showing> & { bytes?: string } = {}): Showing {
  const { bytes = item, ...rest } = more
  const hex = createHash('sha256').update(bytes).digest('hex')
  return {
    key: keyOf('players/wall', item, hex),
    playlist: 'list',
    revision: 1,
    item,
    asset: assetNameOf(hex),
    mediaType: 'image/jpeg',
    address: `assets/${hex}`,
    seconds: 10,
    fit: 'contain',
    transition: { kind: 'cut' },
    audio: false,
    ...rest,
  }
}

/** A programme of one lane, or the slate when there are no showings. */
export function programmeOf(...showings: Showing[]): Programme {
  const lanes: Lane[] = showings.length > 0 ? [{ key: 'players/wall', weight: 1, showings }] : []
  return {
    id: showings.map((one) => one.key).join(),
    lanes,
    slateReason: showings.length > 0 ? null : 'nothing-scheduled',
  }
}
