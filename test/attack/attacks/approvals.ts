import type { Jws } from '../../../shared/documents/jws.ts'
import type { Chance } from '../chance.ts'
import { encoded, type ForgeKey, headerOf, type Payload, signatureOver, signPayload } from '../forge.ts'
import { type Move, type Recipe, signedBy } from '../move.ts'
import {
  acceptedRevision,
  approvalOf,
  approvalOver,
  approve,
  approvedElsewhere,
  approvedLater,
  evil,
  type Fact,
  halfApproved,
  keys,
  playlistPayload,
  shown,
  takenDown,
} from '../world.ts'

/** Attacks by a stolen publisher's key, alone or with one approver's: two approvals are needed, and do not come together. */
const next = acceptedRevision + 1
const [dawn = evil, noon = evil] = shown

const published = (of: readonly Fact[], approvals: readonly Jws[], more: Payload = {}): Move =>
  signedBy('playlist', playlistPayload(next, of, { approvals, ...more }), keys.publisher)

/** An evil asset, approved as the attacker can: `by` sign what he likes, one signature each or all in one. */
const evilWith =
  (by: (chance: Chance) => readonly ForgeKey[]): Recipe =>
  (chance) => {
    const keysOfAttack = by(chance)
    const together = approve(evil, keysOfAttack)
    const apart = keysOfAttack.map((key) => approve(evil, [key]))
    return published([evil], chance.one([[together], apart, [together, ...apart], [...apart, ...apart]]))
  }

const counted = [keys.approver1, keys.approver2, keys.approver3] as const
const oneApprover = (chance: Chance): ForgeKey => chance.one(counted)
/** Keys that approve nothing, or no longer, or not yet. */
const others = [
  ...[keys.publisher, keys.publisher2, keys.operator, keys.emergency, keys.stranger, keys.root1, keys.revokedApprover],
  ...[keys.lapsedApprover, keys.laterApprover],
]

/** An approval of the evil asset by one approver, with a signature of another one taken from elsewhere. */
function grafted(chance: Chance): Jws {
  const mine = approve(evil, [keys.approver1])
  const [, theirs] = approvalOf(chance.one(shown)).signatures
  return theirs ? { ...mine, signatures: [...mine.signatures, theirs] } : mine
}

/** Facts under the name of the evil asset, or its facts under the name of an approved one. */
function swapped(chance: Chance): Payload {
  const assets = { [dawn.asset]: { mediaType: dawn.mediaType, bytes: dawn.bytes, urls: [] } }
  const changed = chance.one<object>([
    { bytes: dawn.bytes + 1 },
    { mediaType: 'image/gif' },
    { mediaType: 'video/mp4' },
  ])
  return { assets: { [dawn.asset]: { ...assets[dawn.asset], ...changed } } }
}

export const approvalAttacks: Record<string, Recipe> = {
  'no approval at all': (chance) => published([...shown.slice(0, chance.below(3)), evil], shown.map(approvalOf)),
  'one approval less than is needed': evilWith((chance) => [oneApprover(chance)]),
  'one approval that lies about': () => published([halfApproved], [approvalOf(halfApproved)]),
  'one approver, twice': evilWith((chance) => {
    const key = oneApprover(chance)
    return [key, key]
  }),
  'an approver and someone who approves nothing': evilWith((chance) => [oneApprover(chance), chance.one(others)]),
  'an approver and everyone who approves nothing': evilWith((chance) => [oneApprover(chance), ...others]),
  'everyone but the approvers': evilWith(() => others),
  'a publisher who approves himself': (chance) => {
    const approvals = [approve(evil, [oneApprover(chance)]), approve(evil, [keys.both])]
    return signedBy('playlist', playlistPayload(next, [evil], { approvals }), keys.both)
  },
  'an approver who publishes along': (chance) => {
    const key = oneApprover(chance)
    const other = chance.one(counted.filter((one) => one !== key))
    return signedBy(
      'playlist',
      playlistPayload(next, [evil], { approvals: [approve(evil, [key, other])] }),
      keys.publisher,
      key,
    )
  },
  'the approvals of another asset': (chance) =>
    published([evil], [approvalOf(chance.one(shown)), approve(evil, [keys.approver1])]),
  'approvals from other playlists': (chance) =>
    published(
      [evil, ...shown],
      [approvalOf(halfApproved), ...shown.map(approvalOf), approvalOf(chance.one([takenDown, approvedLater]))],
    ),
  'a signature from another approval': (chance) => published([evil], [grafted(chance)]),
  'an approval for another place': () => published([approvedElsewhere], [approvalOf(approvedElsewhere)]),
  'an approval that is over': () => published([approvalOver], [approvalOf(approvalOver)]),
  'two approvals that never hold together': (chance) =>
    published(
      [evil],
      chance.one([
        [approve(evil, [keys.approver1]), approve(evil, [keys.approver2], { until: '2026-11-21T00:00:00Z' })],
        [approve(evil, [keys.approver1]), approve(evil, [keys.approver2], { targets: ['groups/elsewhere'] })],
        [
          approve(evil, [keys.approver1], { from: '2026-12-24T00:00:00Z' }),
          approve(evil, [keys.approver2], { until: '2026-12-23T00:00:00Z' }),
        ],
      ]),
    ),
  'an approval that begins later': () => ({
    ...published([approvedLater], [approvalOf(approvedLater)]),
    expected: 'unshown',
  }),
  'an asset that was taken down': () => ({ ...published([takenDown], [approvalOf(takenDown)]), expected: 'unshown' }),
  'facts that were not approved': (chance) => published([dawn], [approvalOf(dawn)], swapped(chance)),
  'an approval of the same asset with other facts': (chance) =>
    published(
      [evil],
      [
        approve(evil, [keys.approver1]),
        approve({ ...evil, bytes: evil.bytes + 1 + chance.below(9) }, [keys.approver2]),
      ],
    ),
  'something else for an approval': (chance) => {
    const payload = { kind: 'approval', ...evil, approvedAt: '2026-11-22T02:00:00Z' }
    const typ = chance.one(['playlist', 'trust', 'site', 'takedowns', 'command'] as const)
    return published([evil], [signPayload(typ, payload, [keys.approver1, keys.approver2])])
  },
  'an approval with a field too many or too few': (chance) => {
    const more = chance.one<Payload>([
      { revision: 1 },
      { target: 'fleet' },
      { kind: 'playlist' },
      { bytes: undefined },
      { targets: [] },
    ])
    return published([evil], [approve(evil, [keys.approver1, keys.approver2], more)])
  },
  'an approval whose kid is another approver’s': (chance) => {
    const key = oneApprover(chance)
    const payload = encoded(JSON.stringify({ kind: 'approval', ...evil, approvedAt: '2026-11-22T02:00:00Z' }))
    const as = (name: ForgeKey) => signatureOver(encoded(JSON.stringify(headerOf('approval', name))), payload, key)
    return published([evil], [{ payload, signatures: counted.map(as) }])
  },
  'very many approvals that do not count': (chance) => {
    const one = chance.one([approve(evil, [keys.approver1]), approve(evil, [keys.stranger]), approvalOf(noon)])
    return published([evil], Array(chance.one([100, 300, 1000])).fill(one))
  },
}
