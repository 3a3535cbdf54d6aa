import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { type Broken, record } from './record.ts'
import type { Replayed } from './replay.ts'
import { replayOnThreads } from './rig.ts'

const linux = { skip: process.platform === 'linux' ? false : 'system calls are traced with strace, on Linux only' }

async function cut(broken: Broken, states: number): Promise<Replayed> {
  const folder = await record({ seed: 1, rounds: broken === 'no' ? 1 : 0, broken, logPages: 100, progress: () => {} })
  try {
    return await replayOnThreads({ folder, seed: 1, states, threads: 2, progress: () => {} })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test(
  'power may go after any system call of a busy day: nothing acknowledged is lost (a few of the states of npm run crash)',
  linux,
  async () => {
    const { states, failures } = await cut('no', 400)
    assert.ok(states >= 350, `${states} states`)
    assert.deepEqual(failures, [])
  },
)

test('a player whose commits are not synced is found out', linux, async () => {
  const { failures } = await cut('synchronous-normal', 150)
  assert.match(
    failures.flatMap(({ problems }) => problems).join('\n'),
    /went back|is lost|is behind|will never be reported/,
  )
})

test('a player whose assets and folders are not synced is found out', linux, async () => {
  const { failures } = await cut('files-not-synced', 300)
  assert.match(failures.flatMap(({ problems }) => problems).join('\n'), /counts as held/)
})
