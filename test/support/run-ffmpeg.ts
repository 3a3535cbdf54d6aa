import { spawn } from 'node:child_process'

/** Runs ffmpeg with the input on its stdin; rejects with what it said if it fails or is not installed. */
export async function runFfmpeg(args: readonly string[], input: readonly Uint8Array[] = []): Promise<void> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  child.stdin.on('error', () => {}) // ffmpeg may have read enough, or failed: its exit code tells which
  child.stdin.end(Buffer.concat(input))
  const code = await new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('ffmpeg did not start; install the package ffmpeg', { cause })))
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${Buffer.concat(said).toString()}`)
}
