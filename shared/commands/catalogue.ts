import { z } from 'zod'
import { name } from '../documents/fields.ts'
import { pathOf } from '../documents/refusal.ts'
import { nearest } from '../operator/nearest.ts'

/** A command that every player knows. */
export type CommandKind = {
  /** What it does, in a sentence. */
  readonly does: string
  readonly arguments: z.ZodObject
  /** The longest that carrying it out may take, in seconds. */
  readonly longestSeconds: number
}

const nothing = z.strictObject({})

/** Arguments of `screenshot`: `width` in pixels scales the picture down; `quality` is JPEG's, 1 to 100. */
export const screenshotArguments = z.strictObject({
  width: z.int().min(16).max(8192).optional(),
  quality: z.int().min(1).max(100).default(80),
})
export const identifyArguments = z.strictObject({ seconds: z.int().min(1).max(60).default(15) })
export const goToArguments = z.strictObject({ item: z.string().min(1).max(200), playlist: name.optional() })
export const sendLogsArguments = z.strictObject({ kib: z.int().min(1).max(256).default(64) })

/** The commands by name: the player carries out exactly these, and the operator's tool offers them. */
export const commandKinds: Readonly<Record<string, CommandKind>> = {
  screenshot: { does: 'takes a picture of what the audience sees', arguments: screenshotArguments, longestSeconds: 20 },
  identify: {
    does: 'shows the site’s name and the player’s id large on the wall',
    arguments: identifyArguments,
    longestSeconds: 10,
  },
  skip: { does: 'ends what is on and goes to the next item', arguments: nothing, longestSeconds: 15 },
  'go-to': { does: 'goes to an item of the loop as it is now', arguments: goToArguments, longestSeconds: 15 },
  reload: { does: 'makes the page anew', arguments: nothing, longestSeconds: 30 },
  restart: { does: 'starts the player’s program anew', arguments: nothing, longestSeconds: 10 },
  reboot: { does: 'starts the machine anew, if its configuration allows it', arguments: nothing, longestSeconds: 10 },
  'clear-quarantine': {
    does: 'gives items and downloads that failed another chance at once',
    arguments: nothing,
    longestSeconds: 10,
  },
  'check-cache': { does: 'reads and hashes every file that is held', arguments: nothing, longestSeconds: 6 * 3600 },
  'report-now': { does: 'looks at the wall anew and sends state and health', arguments: nothing, longestSeconds: 10 },
  'send-logs': { does: 'sends the end of the log', arguments: sendLogsArguments, longestSeconds: 10 },
}
export const commandNames = Object.keys(commandKinds)

/** Why a command cannot be carried out, with a stable code; `field` names the argument. */
export type CommandProblem = {
  readonly code: 'unknown-command' | 'bad-arguments'
  readonly field: string
  readonly message: string
}

/** The arguments as this command takes them, defaults filled in; or what is wrong with them. */
export function readCommand(
  command: string,
  given: Readonly<Record<string, unknown>>,
):
  | { readonly ok: true; readonly kind: CommandKind; readonly arguments: Record<string, unknown> }
  | { readonly ok: false; readonly problem: CommandProblem } {
  const kind = Object.hasOwn(commandKinds, command) ? commandKinds[command] : undefined
  if (!kind) {
    const near = nearest(command, commandNames)
    const hint = near === undefined ? `there are ${commandNames.join(', ')}` : `did you mean ${near}?`
    return {
      ok: false,
      problem: { code: 'unknown-command', field: 'command', message: `there is no command ${command}; ${hint}` },
    }
  }
  const read = kind.arguments.safeParse(given)
  if (read.success) return { ok: true, kind, arguments: read.data }
  return { ok: false, problem: { code: 'bad-arguments', ...objectionTo(kind, read.error) } }
}

function objectionTo(kind: CommandKind, { issues }: z.ZodError): { field: string; message: string } {
  const [first] = issues
  const extra = first?.code === 'unrecognized_keys' ? first.keys[0] : undefined
  if (extra !== undefined) {
    const known = Object.keys(kind.arguments.shape)
    const takes = known.length === 0 ? 'this command takes none' : `it takes ${known.join(', ')}`
    return { field: `arguments.${extra}`, message: `is no argument of this command; ${takes}` }
  }
  return {
    field: pathOf(['arguments', ...(first?.path ?? [])]),
    message: (first?.message ?? 'not understood').replace(/^Invalid input: /, ''),
  }
}
