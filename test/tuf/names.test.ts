import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prefix } from '../attack/world.ts'
import { installPlayer, playlist, trust } from './city.ts'

/** The conformance suite's unusual role names, and a few of our own: names become parts of topics, never of paths. */
const unusual = [
  '?',
  '#',
  '/',
  'with space',
  '../..',
  '../../etc/x',
  'a/b',
  '%2e%2e',
  'tab\t',
  '\u0000',
  '日本',
  '.',
  '..',
  '',
]

for (const id of unusual) {
  test(`test_unusual_role_name ${JSON.stringify(id)}: refused as a name, on any topic`, (context) => {
    const player = installPlayer(context)
    player.take(trust(1, [1]))
    for (const topic of [`${prefix}/players/wall/playlists/${id}`, `${prefix}/players/wall/playlists/friends`])
      assert.ok(player.refusal({ topic, bytes: playlist(1, { id }).bytes }))
    assert.deepEqual(player.loop(), [])
  })
}
