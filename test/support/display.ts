import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A running X display; `stop` ends it and resolves when it is gone. */
export type Display = {
  /** As in the environment variable DISPLAY, for example `:80`. */
  readonly display: string
  readonly width: number
  readonly height: number
  stop(): Promise<void>
}

/** `framebufferDir`: a folder where the picture's memory can be read as a file, `Xvfb_screen0`, in XWD format. */
export type DisplayOptions = {
  readonly width: number
  readonly height: number
  readonly depth?: number
  readonly framebufferDir?: string
}

/** Ends the server when its own stdin closes: a display must not outlive a test that was killed. */
const lifeline = `trap '' INT TERM; Xvfb "$@" & exec 3>&-; read -r _; kill "$!"; wait "$!"`

/** Starts a real X server without a screen (Xvfb) on a free number, without TCP; rejects if Xvfb is not installed. */
export async function startDisplay(options: DisplayOptions): Promise<Display> {
  const { width, height, depth = 24, framebufferDir } = options
  if (framebufferDir) await mkdir(framebufferDir, { recursive: true })
  const screen = ['-screen', '0', `${width}x${height}x${depth}`]
  const args = ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset', '-nocursor']
  if (framebufferDir) args.push('-fbdir', framebufferDir)
  const child = spawn('sh', ['-c', lifeline, 'sh', ...args], { stdio: ['pipe', 'ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.stdin?.end()
    await ended
  }
  const number = await firstLine(child.stdio[3] as Readable)
  if (number !== undefined) return { display: `:${number}`, width, height, stop }
  await stop()
  throw new Error('Xvfb did not start; on Debian: apt-get install xvfb')
}

function firstLine(stream: Readable): Promise<string | undefined> {
  const lines = createInterface({ input: stream })
  return new Promise((resolve) => {
    lines.once('line', (line) => resolve(line.trim()))
    lines.once('close', () => resolve(undefined))
  })
}
