import { assetNameOf } from '../../shared/asset-name.ts'
import { keyOf, type Lane, type Programme, type Showing } from '../../shared/screen/programme.ts'

const asset = assetNameOf('ab'.repeat(32))

/** A photo of ten seconds of the playlist `fleet/{playlist}`. */
export const photoShowing = (playlist: string, item: string): Showing => ({
  key: keyOf(`fleet/${playlist}`, item, asset),
  playlist,
  revision: 1,
  item,
  asset,
  mediaType: 'image/png',
  address: 'assets/x',
  seconds: 10,
  fit: 'contain',
  transition: { kind: 'cut' },
  audio: false,
})

/** The lane `fleet/{name}` of such photos. */
export const laneOf = (
  name: string,
  weight = 1,
  items: readonly string[] = ['1', '2'],
  more: Pick<Lane, 'limits' | 'notBeside'> = {},
): Lane => ({
  key: `fleet/${name}`,
  weight,
  showings: items.map((item) => photoShowing(name, item)),
  ...more,
})

export const loopOf = (...lanes: Lane[]): Programme => ({ id: '1', lanes, slateReason: null })
