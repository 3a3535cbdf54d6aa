import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeKeys } from '../../main/operator/keys.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { runCli } from './cli.ts'
import { startStandInPlayer } from './stand-in-player.ts'

/**
 * Opens an operator's desk: a broker, a folder named after what is tried there with the keys of all purposes, and `wall-1`, which
 * accepts what they sign. Their trust is pushed unless `untrusted`. `env`: what the command line needs to know of all this.
 */
export async function openDesk(name: string, { untrusted = false } = {}) {
  const broker = await startMosquitto()
  const folder = await mkdtemp(join(tmpdir(), `plazacast-${name}-`))
  const keys = join(folder, 'keys')
  const env = { PLAZACAST_BROKER: broker.url, PLAZACAST_KEYS: keys, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
  const rootKey = (await makeKeys(keys)).find(({ purpose }) => purpose === 'root')?.jwk
  assert.ok(rootKey)
  if (!untrusted) assert.equal((await runCli(['trust'], env)).code, 0)
  const player = await startStandInPlayer({ url: broker.url, id: 'wall-1', rootKey })
  return {
    broker,
    folder,
    keys,
    env,
    player,
    async close() {
      await player.stop()
      await broker.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
