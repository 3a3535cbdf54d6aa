import { accessSync, constants, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { homedir, hostname, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Command, Option } from './adapters/command-line.ts'
import { makeKeptFolder } from './adapters/kept-folder.ts'
import {
  type Configuration,
  defaultConfiguration,
  type ReadConfiguration,
  readConfiguration,
} from './app/configuration.ts'

/** How a player is started: its configuration, and what is only for looking on. */
export type PlayerStart = { readonly read: ReadConfiguration; readonly mirrorPort: number | undefined }

/** The options of a player, the same under both hosts. Each can also be given as PLAZACAST_… or in `kiosk.json`. */
export function playerOptions(): Command {
  const variable = (flags: string, description: string, name: string) =>
    new Option(flags, description).env(`PLAZACAST_${name}`)
  return new Command('player')
    .description('run a wall')
    .addOption(variable('--config <file>', 'configuration file (default: kiosk.json in the data folder)', 'CONFIG'))
    .addOption(
      variable('--player-id <id>', 'this player among the fleet (default: the name of this machine)', 'PLAYER_ID'),
    )
    .addOption(variable('--broker <url>', 'mqtt://, mqtts://, ws:// or wss:// address of the broker', 'BROKER'))
    .addOption(variable('--username <name>', 'user name at the broker', 'USERNAME'))
    .addOption(variable('--password <text>', 'password at the broker; better given as PLAZACAST_PASSWORD', 'PASSWORD'))
    .addOption(variable('--topic-prefix <prefix>', 'topics begin with this (default: plazacast/v1)', 'TOPIC_PREFIX'))
    .addOption(variable('--root-keys <file>', 'JSON file with the public root key, or an array of them', 'ROOT_KEYS'))
    .addOption(
      variable('--data-dir <folder>', 'where everything is kept (default: ~/.local/share/plazacast)', 'DATA_DIR'),
    )
    .addOption(variable('--host <name>', 'auto, electron or chromium', 'HOST'))
    .addOption(variable('--headless', 'draw without a display', 'HEADLESS'))
    .addOption(variable('--size <size>', 'width and height such as 1280x720 (default: the whole display)', 'SIZE'))
    .addOption(variable('--mirror <port>', 'show the wall in a browser on this machine', 'MIRROR'))
    .option(
      '--no-supervised',
      'end when the wall ends; else it is started again when it ends, hangs or shows nothing, as systemd does by itself' +
        ' (env: PLAZACAST_SUPERVISE=0)',
    )
    .addOption(new Option('--supervised').hideHelp())
    .addHelpText(
      'after',
      '\nExample:\n  plazacast player --player-id jiefangbei-3 --broker mqtts://broker.example:8883 --root-keys root.public.json\n',
    )
}

/** What commander has read from the flags and the environment. */
export type PlayerFlags = Partial<
  Record<
    | 'config'
    | 'playerId'
    | 'broker'
    | 'username'
    | 'password'
    | 'topicPrefix'
    | 'rootKeys'
    | 'dataDir'
    | 'host'
    | 'size'
    | 'mirror',
    string
  >
> & { readonly headless?: boolean | string; readonly supervised?: boolean | string }

/** The whole configuration: flags and environment over the file over the defaults. What is wrong is said and left out. */
export function readPlayerStart(flags: PlayerFlags): PlayerStart {
  const dataDir = resolve(
    flags.dataDir ?? join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'plazacast'),
  )
  const problems: string[] = []
  const file = resolve(flags.config ?? join(dataDir, 'kiosk.json'))
  const fromFile =
    flags.config !== undefined || existsSync(file) ? withPaths(readJson(file, problems), file, problems) : {}
  const read = readConfiguration(
    [fromFile, fromFlags(flags, fromFile, problems)],
    defaultConfiguration(hostname(), dataDir),
  )
  return {
    read: { configuration: withFolder(read.configuration, problems), problems: [...problems, ...read.problems] },
    mirrorPort: flags.mirror === undefined ? undefined : Number(flags.mirror) || 0,
  }
}

function fromFlags(flags: PlayerFlags, fromFile: Record<string, unknown>, problems: string[]): Record<string, unknown> {
  const { playerId, topicPrefix, host } = flags
  const size = /^(\d+)x(\d+)$/.exec(flags.size ?? '')
  if (flags.size !== undefined && !size)
    problems.push(`size: expected width and height such as 1280x720, got "${flags.size}"`)
  const inFile = typeof fromFile.broker === 'object' ? fromFile.broker : {}
  const broker = { ...inFile, ...given({ url: flags.broker, username: flags.username, password: flags.password }) }
  const keys = flags.rootKeys === undefined ? undefined : readJson(resolve(flags.rootKeys), problems)
  return given({
    playerId,
    topicPrefix,
    host,
    dataDir: flags.dataDir === undefined ? undefined : resolve(flags.dataDir),
    headless:
      flags.headless === undefined
        ? undefined
        : flags.headless === true || /^(1|true|yes)$/i.test(String(flags.headless)),
    size: size ? { width: Number(size[1]), height: Number(size[2]) } : undefined,
    broker: Object.keys(broker).length > 0 ? broker : undefined,
    rootKeys: keys === undefined || Array.isArray(keys) ? keys : [keys],
  })
}

/** Without a data folder there is no memory, but there is a wall: everything goes to a temporary folder until it is mended. */
function withFolder(configuration: Configuration, problems: string[]): Configuration {
  try {
    makeKeptFolder(configuration.dataDir)
    accessSync(configuration.dataDir, constants.W_OK)
    return configuration
  } catch (error) {
    const dataDir = mkdtempSync(join(tmpdir(), 'plazacast-'))
    problems.push(`dataDir: ${(error as Error).message}; what is kept is lost at the next start`)
    return { ...configuration, dataDir }
  }
}

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** Paths in the file are meant from where the file is. */
function withPaths(content: unknown, file: string, problems: string[]): Record<string, unknown> {
  const folder = dirname(file)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`${file}: expected an object with fields such as "playerId"`)
    return {}
  }
  const fields: Record<string, unknown> = { ...content }
  const absolute = (value: unknown) => (typeof value === 'string' ? resolve(folder, value) : value)
  for (const name of ['dataDir', 'sealDir']) if (name in fields) fields[name] = absolute(fields[name])
  if (Array.isArray(fields.usb)) fields.usb = fields.usb.map(absolute)
  if (typeof fields.broker === 'object' && fields.broker !== null) {
    const broker: Record<string, unknown> = { ...fields.broker }
    for (const name of ['ca', 'cert', 'key']) if (name in broker) broker[name] = absolute(broker[name])
    fields.broker = broker
  }
  if (typeof fields.health === 'object' && fields.health !== null) {
    const health: Record<string, unknown> = { ...fields.health }
    if (typeof health.tls === 'object' && health.tls !== null)
      health.tls = Object.fromEntries(Object.entries(health.tls).map(([name, file]) => [name, absolute(file)]))
    fields.health = health
  }
  return fields
}

function readJson(file: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    return {}
  }
}
