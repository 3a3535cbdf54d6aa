// npm start: installs what is missing, builds, and runs the demo: a broker, keys, films and posters, and a wall.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, node24, root, run } from './install.mjs'

ensureInstalled()
run(node24, [join(root, 'build', 'bundle.ts')])
const demo = spawn(node24, [join(root, 'main', 'cli.ts'), 'demo', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    // a terminal sends Ctrl+C to both; anything else reaches only this one, and the demo has to hear of it
    if (signal !== 'SIGINT' || !process.stdin.isTTY) demo.kill(signal)
  })
}
demo.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
