import { sendLogsArguments } from '../../shared/commands/catalogue.ts'
import { CommandFailed, type CommandHandler } from './commands.ts'

/** What a player can do beyond its own wall; what is absent it cannot do here. */
export type Machine = {
  /** Ends the program so that it is started again. Undefined: nothing would start it. */
  readonly restart?: (() => void) | undefined
  /** Starts the machine anew; rejects with the system's reason. Undefined: its configuration does not allow it. */
  readonly reboot?: (() => Promise<void>) | undefined
  /** The last whole lines of the log in so many bytes; undefined: there is no log. */
  readonly lastLog?: ((bytes: number) => Promise<string>) | undefined
}

/** The commands that act on the program and its machine. `failed`: what was to be done after the answer did not work. */
export function machineCommands(
  machine: Machine,
  failed: (command: string, reason: string) => void,
): readonly (readonly [string, CommandHandler])[] {
  const restart: CommandHandler = () => {
    const { restart: end } = machine
    if (!end) throw new CommandFailed('not-supervised', 'nothing would start the player again: run it as a service')
    return { result: { restarting: true }, afterwards: end }
  }
  const reboot: CommandHandler = () => {
    const { reboot: run } = machine
    if (!run) throw new CommandFailed('not-allowed', 'the player’s configuration does not allow it (allowReboot)')
    const afterwards = () => void run().catch((error: unknown) => failed('reboot', String(error)))
    return { result: { rebooting: true }, afterwards }
  }
  const sendLogs: CommandHandler = async (given) => {
    const { kib } = sendLogsArguments.parse(given)
    if (!machine.lastLog) throw new CommandFailed('no-log', 'no log is written')
    const text = await machine.lastLog(kib * 1024)
    return { result: { bytes: new TextEncoder().encode(text).byteLength, text } }
  }
  return [
    ['restart', restart],
    ['reboot', reboot],
    ['send-logs', sendLogs],
  ]
}
