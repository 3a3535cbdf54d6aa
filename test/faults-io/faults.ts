import assert from 'node:assert/strict'
import { join } from 'node:path'
import { inspect, type setScene } from './scene.ts'

/** A fault of the disk: what is injected (strace -e inject=), and into which files of the data folder. */
export type Fault = { readonly name: string; readonly inject: string; readonly paths: readonly string[] }

const database = ['player.db', 'player.db-wal']
const kinds: readonly { name: string; calls: string; error: string; paths: readonly string[] }[] = [
  { name: 'the database cannot be synced', calls: 'fsync,fdatasync', error: 'error=EIO', paths: database },
  { name: 'the disk is full for the database', calls: 'pwrite64', error: 'error=ENOSPC', paths: database },
  { name: 'the database is written with errors', calls: 'pwrite64', error: 'error=EIO', paths: database },
  { name: 'the database cannot be read', calls: 'pread64', error: 'error=EIO', paths: database },
  { name: 'what is written to the database is cut short', calls: 'pwrite64', error: 'retval=7', paths: database },
  { name: 'an asset cannot be synced', calls: 'fsync,fdatasync', error: 'error=EIO', paths: ['partial/*'] },
  { name: 'the disk is full for an asset', calls: 'pwrite64,write', error: 'error=ENOSPC', paths: ['partial/*'] },
  {
    name: 'what is written of an asset is cut short',
    calls: 'pwrite64,write',
    error: 'retval=100',
    paths: ['partial/*'],
  },
  { name: 'an asset cannot be read', calls: 'pread64,read', error: 'error=EIO', paths: ['partial/*', 'assets/*'] },
]

/** Fault number `index`: each kind in turn, at ever other places, once, a few times, or from then on for a while. */
export function faultAt(index: number): Fault {
  const kind = kinds[index % kinds.length] ?? assert.fail()
  const round = Math.floor(index / kinds.length)
  const first = 1 + ((index * 7 + round * 13) % 60)
  const when = [`${first}`, `${first}..${first + 5}`, `${first}+9`][round % 3]
  return {
    name: `${kind.name} (${kind.error}, call ${when})`,
    inject: `inject=${kind.calls}:${kind.error}:when=${when}`,
    paths: kind.paths,
  }
}

/**
 * Runs a player under one fault while it is pushed to and plays. It must live, show nothing but what was pushed, and what it
 * said it had taken must be on disk when it is killed. Then it runs without a fault, and has and shows everything.
 */
export async function suffer(scene: Awaited<ReturnType<typeof setScene>>, fault: Fault, serial: number): Promise<void> {
  const { observer } = scene
  const dataDir = scene.folder()
  const [one, two, three] = ['1', '2', '3'].map((name) => scene.asset(120_000, `${serial} ${name}`))
  assert.ok(one && two && three)
  const files = fault.paths.flatMap((path) =>
    path.endsWith('*')
      ? [one, two, three].map(({ asset }) => {
          const hex = asset.slice('sha256:'.length)
          return path.startsWith('assets')
            ? join(dataDir, 'assets', hex.slice(0, 2), hex)
            : join(dataDir, 'partial', hex)
        })
      : [join(dataDir, path)],
  )
  const calls = fault.inject.split(':')[0]?.slice('inject='.length)
  const filters = files.flatMap((file) => ['-P', file])
  await scene.push('first', serial * 10 + 1, [one])
  const player = scene.start(dataDir, ['-e', `trace=${calls}`, '-e', fault.inject, ...filters])
  await player.next(/^started/, 60_000)
  await scene.push('first', serial * 10 + 2, [one, two])
  await scene.push(`only-${serial}`, 1, [three])
  await player.next(/^shown|^slate/)
  await player.next(/^shown|^slate/)
  const said = new Map((observer.states.at(-1)?.playlists ?? []).map(({ id, revision }) => [id, revision]))
  assert.ok(player.isRunning(), `it ended: ${player.errors.join('').slice(-2000)}`)
  await player.kill()

  const found = inspectIfSound(dataDir)
  const isInMemory = player.errors.join('').includes('nothing survives a restart')
  if (found && !isInMemory) {
    assert.deepEqual(found.wrongAssets, [])
    if (fault.inject.includes('retval')) return heal() // a disk that lies about what it wrote keeps nothing it promised
    for (const [id, revision] of said) {
      const isOfThis = revision >= serial * 10 || id === `only-${serial}`
      if (isOfThis)
        assert.ok((found.revisions.get(id) ?? 0) >= revision, `${id} ${revision} was said and is not on disk`)
    }
  }
  return heal()

  async function heal(): Promise<void> {
    const healthy = scene.start(dataDir)
    await healthy.next(new RegExp(`^shown only-${serial} 1 `), 60_000)
    await healthy.next(new RegExp(`^shown first ${serial * 10 + 2} item-2`), 60_000)
    await healthy.kill()
    assert.deepEqual(inspect(dataDir).wrongAssets, [])
  }
}

/** A disk that lied may have left what is rebuilt at the next start. */
function inspectIfSound(dataDir: string): ReturnType<typeof inspect> | undefined {
  try {
    return inspect(dataDir)
  } catch (error) {
    if (error instanceof Error && /damaged|malformed|not a sound/.test(error.message)) return undefined
    throw error
  }
}
