// npm test: installs what is missing, then checks format, lint, types and layers, and runs every test with real parts.
// Arguments are test files or folders; none: all of them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, node24, root, run } from './install.mjs'

/** Programs the tests use, and the Debian package each comes from. */
const programs = {
  chromium: 'chromium',
  Xvfb: 'xvfb',
  ffmpeg: 'ffmpeg',
  mosquitto: 'mosquitto',
  strace: 'strace',
  unzip: 'unzip',
  faketime: 'faketime',
}

ensureInstalled()
ensurePrograms()
const chosen = process.argv.slice(2)
if (chosen.length === 0) {
  run(join(root, 'node_modules', '.bin', 'biome'), ['check', '--error-on-warnings'])
  for (const folder of ['shared', 'main', 'renderer', 'build', 'test']) {
    run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder])
  }
}
run(node24, [join(root, 'build', 'bundle.ts')])
run(node24, [
  '--test',
  '--test-concurrency=2',
  '--test-timeout=300000',
  // Not `--test-force-exit`, which loses the end of a file's report (https://github.com/nodejs/node/issues/64833).
  '--import',
  pathToFileURL(join(root, 'test', 'support', 'end-of-file.ts')).href,
  ...(chosen.length > 0 ? chosen : ['test/**/*.test.ts']),
])

function ensurePrograms() {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, name]) => name))]
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() === 0 && isThere('apt-get')) {
    console.log(`plazacast: installing ${packages.join(', ')} …`)
    run('sh', ['-c', `apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${install} -qq >/dev/null`])
    return
  }
  console.error(
    `plazacast: the tests need ${missing.map(([program]) => program).join(', ')}. On Debian: sudo ${install}`,
  )
  process.exit(1)
}

/** @param {string} program */
function isThere(program) {
  return (
    spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 ||
    spawnSync('test', ['-x', `/usr/sbin/${program}`]).status === 0
  )
}
