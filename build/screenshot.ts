// npm run screenshot: takes the README's picture of the demo wall, as the wall itself draws it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFleetLink } from '../main/operator/fleet-link.ts'
import { readSettings } from '../main/operator/settings.ts'

const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'plazacast-screenshot-'))
const demo = spawn(process.execPath, [join(root, 'main/cli.ts'), 'demo', '--headless', '--size', '1280x720'], {
  env: { ...process.env, XDG_DATA_HOME: folder },
  stdio: ['ignore', 'inherit', 'pipe'],
})
try {
  const mirror = await mirrorAddress()
  const picture = join(root, 'assets/docs/wall.png')
  await mkdir(join(root, 'assets/docs'), { recursive: true })
  await untilOnTheWall('hongya-cave')
  await new Promise((resolve) => setTimeout(resolve, 5_000)) // half-way through, when the lanterns are lit
  const answer = await fetch(new URL('wall.png', mirror))
  if (!answer.ok) throw new Error(`the wall gave no picture: ${answer.status}`)
  await writeFile(picture, Buffer.from(await answer.arrayBuffer()))
  console.log(picture)
} finally {
  if (demo.kill('SIGINT')) await once(demo, 'exit')
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Looks at what the wall reports. */
async function untilOnTheWall(item: string): Promise<void> {
  const link = await openFleetLink(await readSettings({ operator: join(folder, 'plazacast-demo/operator.json') }, {}))
  const isOn = () =>
    [...link.fleet().values()].some(({ state }) => state && 'item' in state.now && state.now.item === item)
  await new Promise<void>((resolve) => {
    if (isOn()) resolve()
    link.onChange(() => isOn() && resolve())
  })
  await link.close()
}

/** The player says where it can be looked at; what it says after that is read and dropped, so that it never blocks. */
function mirrorAddress(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    demo.stderr.on('data', (chunk) => {
      text += String(chunk)
      const address = /look at the wall: (\S+)/.exec(text)?.[1]
      if (address) resolve(address)
    })
    demo.on('exit', () => reject(new Error(`the demo ended: ${text}`)))
  })
}
