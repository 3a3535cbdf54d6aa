import { spawn, spawnSync } from 'node:child_process'
import type { StartWall, WallItem } from '../wall.ts'

/** Whether rival c can be run here. */
export function hasMpv(): boolean {
  return spawnSync('mpv', ['--version']).status === 0
}

/** Rival c: mpv with a playlist that it reads ahead, on the plain X11 output, the quicker one without a GPU. */
export const startMpv: StartWall = async ({ display, width, height, items }) => {
  const quiet = ['--no-config', '--no-terminal', '--no-input-default-bindings', '--no-osc', '--ao=null']
  const place = ['--vo=x11', '--no-border', '--cursor-autohide=always', `--geometry=${width}x${height}+0+0`]
  const list = ['--loop-playlist=inf', '--prefetch-playlist=yes', '--force-window=yes', '--profile=sw-fast']
  const args = [...quiet, ...place, ...list, ...items.flatMap(toArguments)]
  const child = spawn('mpv', args, { env: { ...process.env, DISPLAY: display }, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function toArguments({ file, seconds }: WallItem): string[] {
  return seconds === undefined ? [file] : ['--{', `--image-display-duration=${seconds}`, file, '--}']
}
