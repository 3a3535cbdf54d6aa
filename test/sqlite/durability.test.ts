import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../main/sqlite/open.ts'
import { findSetting } from '../../main/sqlite/settings.ts'
import { traced } from './strace.ts'
import { temporaryFolder } from './temporary.ts'

const program = fileURLToPath(new URL('./commits.ts', import.meta.url))
const syncCalls = /(fsync|fdatasync)\(/
const linux = { skip: process.platform === 'linux' ? false : 'system calls are counted with strace, on Linux only' }

test('every commit reaches the disk: as many fsyncs as commits, counted from outside', linux, async (t) => {
  const count = async (commits: number) => {
    const folder = temporaryFolder(t)
    const file = join(folder, 'player.sqlite')
    const { calls } = await traced(folder, ['trace=fsync,fdatasync'], program, [file, String(commits)])
    return calls.filter((line) => syncCalls.test(line)).length
  }
  const [none, many] = [await count(0), await count(200)]
  assert.ok(many - none >= 200, `${many - none} fsyncs for 200 commits`)
})

test(
  'a failed fsync is told to whoever wrote, and the next commit goes through a database opened anew',
  linux,
  async (t) => {
    const folder = temporaryFolder(t)
    const file = join(folder, 'player.sqlite')
    const failOnce = ['trace=openat,fsync,fdatasync', 'inject=fsync,fdatasync:error=EIO:when=30']
    const { stdout, calls } = await traced(folder, failOnce, program, [file, '60'])
    const refused: { commit: number; message: string }[] = JSON.parse(stdout)
    assert.equal(refused.length, 1)
    assert.match(refused[0]?.message ?? '', /disk I\/O error/)

    const failedAt = calls.findIndex((line) => line.includes('EIO'))
    const opened = calls.flatMap((line, index) =>
      line.includes('openat(') && line.includes(`"${file}", O_RDWR`) ? [index] : [],
    )
    assert.equal(opened.length, 2, 'opened at the start and once more')
    assert.ok((opened[1] ?? 0) > failedAt)

    const { db, close } = openDatabase(file)
    t.after(close)
    for (let commit = 0; commit < 60; commit++) {
      if (commit !== refused[0]?.commit) assert.equal(findSetting(db, `commit-${commit}`), 'acknowledged')
    }
  },
)
