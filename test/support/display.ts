import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A running X display; `stop` ends it and resolves when it is gone. */
export type Display = {
  /** As in the environment variable DISPLAY, for example `:80`. */
  readonly display: string
  readonly width: number
  readonly height: number
  stop(): Promise<void>
}

/** Starts a real X server without a screen (Xvfb) on a free number, without TCP; rejects if Xvfb is not installed. */
export async function startDisplay(options: { width: number; height: number; depth?: number }): Promise<Display> {
  const { width, height, depth = 24 } = options
  const screen = ['-screen', '0', `${width}x${height}x${depth}`]
  const args = ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset', '-nocursor']
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const number = await new Promise<string>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('Xvfb did not start; install the package xvfb', { cause })))
    child.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code} before it was ready`)))
    const ready = child.stdio[3]
    if (ready && 'on' in ready) createInterface({ input: ready as NodeJS.ReadableStream }).once('line', resolve)
  })
  return {
    display: `:${number.trim()}`,
    width,
    height,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
