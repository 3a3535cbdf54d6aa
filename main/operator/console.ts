import { OperatorError } from '../../shared/operator/operator-error.ts'
import { printable } from '../../shared/operator/text-table.ts'
import { usageExitCode } from '../adapters/command-line.ts'

/** Where a command talks to: people on stderr and stdout, or scripts in JSON lines on stdout. */
export type Talk = {
  readonly json: boolean
  /** For people; silent with --json. */
  say(line: string): void
  /** For scripts; silent without --json. */
  emit(value: Readonly<Record<string, unknown>>): void
}

export const talk = (json: boolean): Talk => ({
  json,
  say: (line) => {
    if (!json) process.stdout.write(`${line.split('\n').map(printable).join('\n')}\n`)
  },
  emit: (value) => {
    if (json) process.stdout.write(`${JSON.stringify(value)}\n`)
  },
})

/** Exit code of a program that was interrupted by SIGINT. */
export const interrupted = 130

/** Runs a command and sets the exit code; what an operator can put right is told in a sentence, without a stack. */
export async function runCommand(json: boolean, run: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(interrupted) // asked twice: at once
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    process.exitCode = await run(controller.signal)
  } catch (error) {
    process.exitCode = controller.signal.aborted ? interrupted : tell(json, error)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

function tell(json: boolean, error: unknown): number {
  const usage = usageExitCode(error)
  if (usage !== undefined) return usage
  if (!(error instanceof OperatorError)) throw error
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', message: error.message })}\n`)
  else process.stderr.write(`${error.message.split('\n').map(printable).join('\n')}\n`)
  return error.exitCode
}

/** Resolves when the command is interrupted. */
export const untilInterrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
