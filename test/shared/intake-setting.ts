import assert from 'node:assert/strict'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { RefusalCode } from '../../shared/documents/refusal.ts'
import { type IntakeContext, intake } from '../../shared/intake/intake.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { assetCalled, type City, readAs, rootKeysOf, trustOf } from '../support/documents.ts'

export const poster = assetCalled('poster')
export const topic = 'plazacast/v1/players/wall/playlists/friends'

/** What a wall of the city knows when a document comes; nothing came before. */
export function contextOf(
  city: City,
  more: Partial<IntakeContext> = {},
  trust: Record<string, unknown> | undefined = trustOf(city),
): IntakeContext {
  return {
    topicPrefix: 'plazacast/v1',
    playerId: 'wall',
    groups: ['square'],
    keyring: keyringOf(rootKeysOf(city), trust && readAs('trust', trust), nodeCrypto),
    atMs: Date.parse('2026-11-22T10:00:00Z'),
    seen: () => undefined,
    isEmergency: () => false,
    ...more,
  }
}

/** Why it is refused; fails when it is not. */
export function refusalOf(
  where: string,
  bytes: Uint8Array,
  given: IntakeContext,
): { code: RefusalCode; field: string } {
  const result = intake(where, bytes, given, nodeCrypto)
  assert.ok(!result.ok, 'was accepted')
  return { code: result.refusal.code, field: result.refusal.field }
}
