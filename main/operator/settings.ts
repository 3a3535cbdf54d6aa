import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { pathOf } from '../../shared/documents/refusal.ts'
import { mistakesOf } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { playlistTarget } from '../../shared/operator/playlist-file.ts'
import { defaultTopicPrefix, topicPrefix } from '../../shared/topics.ts'
import type { BrokerAddress } from '../adapters/operator-broker.ts'
import { shownAddress } from '../adapters/operator-broker.ts'

/** `operator.json`: where an operator's broker and keys are. Paths are absolute or below the file. */
const brokerUrl = z.url({
  protocol: /^(mqtts?|wss?)$/,
  error: 'expected an address such as mqtts://broker.example:8883',
})
const operatorFile = z.strictObject({
  broker: z
    .union([
      brokerUrl,
      z.strictObject({
        url: brokerUrl,
        username: z.string().optional(),
        password: z.string().optional(),
        ca: z.string().optional(),
        cert: z.string().optional(),
        key: z.string().optional(),
      }),
    ])
    .optional(),
  topicPrefix: topicPrefix.optional(),
  keys: z.string().min(1).optional(),
  target: playlistTarget.optional(),
})
type OperatorFile = z.infer<typeof operatorFile>

/** What the commands take from the command line. */
export type SettingsOptions = {
  readonly operator?: string | undefined
  readonly broker?: string | undefined
  readonly username?: string | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly certKey?: string | undefined
  readonly topicPrefix?: string | undefined
  readonly keys?: string | undefined
}

/** Where an operator works: which broker, under which prefix, with which keys. */
export type Settings = {
  readonly broker: BrokerAddress
  readonly topicPrefix: string
  /** The folder with the keys. */
  readonly keys: string
  /** Whom playlists are for that do not say it. */
  readonly target: string | undefined
  /** Where the broker was taken from, for people. */
  readonly from: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Command line, then environment, then the first operator.json that is there; the demo's comes last. */
export async function readSettings(options: SettingsOptions, env: Environment = process.env): Promise<Settings> {
  const found = await findFile(options.operator, env)
  const file = found?.content ?? {}
  const fileBroker = typeof file.broker === 'string' ? { url: file.broker } : file.broker
  const url = options.broker ?? env.PLAZACAST_BROKER ?? fileBroker?.url
  if (url === undefined) throw new OperatorError(noBroker(env), 2)
  const own = url === fileBroker?.url ? fileBroker : undefined // credentials go only to the broker they are for
  const folder = found ? dirname(found.path) : '.'
  const below = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path))
  return {
    broker: {
      url: checked(brokerUrl, url, '--broker'),
      username: options.username ?? env.PLAZACAST_USERNAME ?? own?.username,
      password: env.PLAZACAST_PASSWORD ?? own?.password,
      ca: await pem(options.ca ?? below(own?.ca)),
      cert: await pem(options.cert ?? below(own?.cert)),
      key: await pem(options.certKey ?? below(own?.key)),
    },
    topicPrefix: checked(
      topicPrefix,
      options.topicPrefix ?? env.PLAZACAST_TOPIC_PREFIX ?? file.topicPrefix ?? defaultTopicPrefix,
      '--topic-prefix',
    ),
    keys: keysFolder(options.keys, below(file.keys), env),
    target: env.PLAZACAST_TARGET ?? file.target,
    from: options.broker ? '--broker' : env.PLAZACAST_BROKER ? 'PLAZACAST_BROKER' : (found?.path ?? ''),
  }
}

/** Only the folder of the keys, for commands that need no broker. */
export async function readKeysFolder(options: SettingsOptions, env: Environment = process.env): Promise<string> {
  if (options.keys ?? env.PLAZACAST_KEYS) return keysFolder(options.keys, undefined, env)
  const found = await findFile(options.operator, env)
  return keysFolder(undefined, found?.content.keys && resolve(dirname(found.path), found.content.keys), env)
}

/** `Broker mqtt://… (from …), keys in …` */
export const settingsLine = ({ broker, keys, from }: Settings): string =>
  `Broker ${shownAddress(broker)} (from ${from}), keys in ${keys}.`

/** Where the demo leaves its operator.json, so that commands beside a running demo just work. */
export const demoOperatorFile = (env: Environment = process.env): string =>
  join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'plazacast-demo/operator.json')

const configHome = (env: Environment): string => env.XDG_CONFIG_HOME || join(homedir(), '.config')

const keysFolder = (option: string | undefined, fromFile: string | undefined, env: Environment): string =>
  resolve(option ?? env.PLAZACAST_KEYS ?? fromFile ?? join(configHome(env), 'plazacast/keys'))

async function findFile(
  named: string | undefined,
  env: Environment,
): Promise<{ path: string; content: OperatorFile } | undefined> {
  const asked = named ?? env.PLAZACAST_OPERATOR
  const places = asked ? [asked] : [join(configHome(env), 'plazacast/operator.json'), demoOperatorFile(env)]
  for (const path of places) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && !asked) return undefined
      throw new OperatorError(`${path} cannot be read: ${error.code === 'ENOENT' ? 'no such file' : error.message}.`, 2)
    })
    if (text !== undefined) return { path, content: parsed(path, text) }
  }
  return undefined
}

function parsed(path: string, text: string): OperatorFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new OperatorError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`, 2)
  }
  const read = operatorFile.safeParse(json, { reportInput: true })
  if (read.success) return read.data
  const mistakes = mistakesOf(read.error, () => Object.keys(operatorFile.shape))
  throw new OperatorError(mistakes.map((one) => `${path}: ${pathOf(one.path)}: ${one.message}`).join('\n'), 2)
}

function checked(schema: z.ZodType<string>, value: string, name: string): string {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw new OperatorError(`${name} ${value}: ${read.error.issues[0]?.message}.`, 2)
}

async function pem(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  return readFile(path).catch((error: Error) => {
    throw new OperatorError(`${path} cannot be read: ${error.message}.`, 2)
  })
}

const noBroker = (env: Environment): string =>
  `Which broker? Name it with --broker mqtt://HOST, PLAZACAST_BROKER, or in ${join(configHome(env), 'plazacast/operator.json')}: {"broker": "mqtt://HOST", "keys": "DIR", "target": "groups/NAME"}. A running demo (npm start) is found by itself.`
