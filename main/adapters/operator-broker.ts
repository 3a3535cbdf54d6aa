import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { OperatorError } from '../../shared/operator/operator-error.ts'

/** Where the broker is, and how to get in. Certificates and keys are PEM. */
export type BrokerAddress = {
  /** mqtt, mqtts, ws or wss. */
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly ca?: Buffer | undefined
  readonly cert?: Buffer | undefined
  readonly key?: Buffer | undefined
}

export type OperatorMessage = { readonly topic: string; readonly payload: Uint8Array; readonly retained: boolean }

/** `reply` and `expirySeconds` are left out where the broker knows only MQTT 3.1.1. */
export type PublishOptions = {
  readonly retain: boolean
  readonly qos?: 0 | 1
  readonly reply?: { readonly topic: string; readonly correlation: Buffer }
  readonly expirySeconds?: number
}

/** A connection for a person or a script, not for a wall: a clean session that reconnects by itself until it is closed. */
export type OperatorBroker = {
  /** By which address the broker sees this machine; undefined if the connection does not tell. */
  readonly localAddress: string | undefined
  /** Resolves when the broker has taken it (QoS 1); rejects in a sentence if the broker does not allow it. */
  publish(topic: string, payload: string, options: PublishOptions): Promise<void>
  /** Resolves when the broker has agreed; messages may come before. Kept over a reconnect. */
  subscribe(filters: readonly string[], listener: (message: OperatorMessage) => void): Promise<void>
  /** Tells each time the connection is lost and is back. */
  onConnection(listener: (connected: boolean) => void): void
  close(): Promise<void>
}

const connectTimeoutMs = 10_000

/** Connects with MQTT 5, or with 3.1.1 if the broker does not know 5. Rejects in a sentence; tries only once. */
export async function connectOperatorBroker(address: BrokerAddress): Promise<OperatorBroker> {
  const { client, refusal } = await attempt(address, 5)
  if (client) return brokerOver(client, address)
  if (!refusal.maybeOlderProtocol) throw new OperatorError(sentenceFor(refusal.error, address))
  const older = await attempt(address, 4)
  if (older.client) return brokerOver(older.client, address)
  throw new OperatorError(sentenceFor(older.refusal.error, address))
}

type Refusal = { readonly error: Failure; readonly maybeOlderProtocol: boolean }
type Failure = Error & { readonly code?: string | number }
type Attempt = { client: MqttClient; refusal?: never } | { client?: never; refusal: Refusal }

function attempt(address: BrokerAddress, protocolVersion: 4 | 5): Promise<Attempt> {
  const options: IClientOptions = {
    protocolVersion,
    clientId: `plazacast-operator-${randomUUID()}`,
    clean: true,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 1000,
    reconnectOnConnackError: true,
    ...given({ username: address.username, password: address.password }),
    ...given({ ca: address.ca, cert: address.cert, key: address.key }),
  }
  const client = mqtt.connect(address.url, options)
  return new Promise((resolve) => {
    const settle = (result: Attempt) => {
      client.off('connect', onConnect).off('error', onError).off('close', onClose)
      client.on('error', () => {}) // from now on it reconnects by itself, and says so on `close` and `connect`
      if (!result.client) client.end(true)
      resolve(result)
    }
    const fail = (error: Failure, maybeOlderProtocol: boolean) =>
      settle({ refusal: { error, maybeOlderProtocol: maybeOlderProtocol && protocolVersion === 5 } })
    const onConnect = () => settle({ client })
    // 1 (3.1.1) and 132 (5): unacceptable protocol version
    const onError = (error: Failure) => fail(error, error.code === 1 || error.code === 132)
    const onClose = () => fail(new Error('closed'), true)
    client.on('connect', onConnect).on('error', onError).on('close', onClose)
  })
}

function brokerOver(client: MqttClient, address: BrokerAddress): OperatorBroker {
  const listeners: { filters: readonly string[]; listener: (message: OperatorMessage) => void }[] = []
  client.on('message', (topic, payload, packet) => {
    for (const { filters, listener } of listeners) {
      if (filters.some((filter) => matches(filter, topic))) listener({ topic, payload, retained: packet.retain })
    }
  })
  return {
    localAddress: (client.stream as Partial<Socket>).localAddress,
    publish: async (topic, payload, { retain, qos = 1, reply, expirySeconds }) => {
      const properties = {
        ...(expirySeconds !== undefined && { messageExpiryInterval: expirySeconds }),
        ...(reply && { responseTopic: reply.topic, correlationData: reply.correlation }),
      }
      const knowsMore = client.options.protocolVersion === 5 && Object.keys(properties).length > 0
      await client
        .publishAsync(topic, payload, { qos, retain, ...(knowsMore && { properties }) })
        .catch((error: Failure) => {
          throw new OperatorError(`The broker at ${shownAddress(address)} did not take ${topic}: ${error.message}.`)
        })
    },
    subscribe: async (filters, listener) => {
      listeners.push({ filters, listener })
      await client.subscribeAsync([...filters], { qos: 1 }).catch((error: Failure) => {
        throw new OperatorError(`The broker at ${shownAddress(address)} does not let us read: ${error.message}.`)
      })
    },
    onConnection: (listener) => {
      client.on('connect', () => listener(true))
      client.on('close', () => listener(false))
    },
    close: () => client.endAsync(),
  }
}

/** The address without its password, for people. */
export function shownAddress({ url }: Pick<BrokerAddress, 'url'>): string {
  return url.replace(
    /^([a-z]+:\/\/)([^@/]*)@/i,
    (_, scheme: string, login: string) => `${scheme}${login.split(':')[0]}@`,
  )
}

/** Whether a topic falls under a filter (MQTT 5, 4.7); shared subscriptions and `$` topics are not used here. */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const parts = topic.split('/')
  if (wanted.at(-1) === '#') return wanted.slice(0, -1).every((part, at) => part === '+' || part === parts[at])
  return wanted.length === parts.length && wanted.every((part, at) => part === '+' || part === parts[at])
}

function sentenceFor(error: Failure, address: BrokerAddress): string {
  const broker = `The broker at ${shownAddress(address)}`
  if (error.message === 'closed' || error.code === 'ECONNRESET') {
    return `${broker} closed the connection at once. Is it an MQTT broker, and is the scheme right (mqtt://, mqtts://, ws://, wss://)?`
  }
  const known = typeof error.code === 'string' ? networkSentences[error.code] : connackSentences[Number(error.code)]
  if (known) return `${broker} ${known}`
  if (error.message === 'connack timeout') return `${broker} accepts connections but does not answer in MQTT.`
  if (/certificate|self.signed|altnames/i.test(`${error.code} ${error.message}`)) {
    return `${broker} shows a certificate that cannot be trusted (${error.message}). Name its authority with --ca FILE.`
  }
  if (error.code === undefined) return `${broker} does not answer in MQTT (${error.message}). Is the port right?`
  return `${broker} cannot be reached: ${error.message}.`
}

const networkSentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'does not answer: the connection was refused. Is it running, and is the port right?',
  ENOTFOUND: 'cannot be found: no such host name. Check --broker.',
  EAI_AGAIN: 'cannot be found: the name server does not answer.',
  ETIMEDOUT: 'does not answer: the connection timed out.',
  EHOSTUNREACH: 'cannot be reached: there is no way to that host.',
  ENETUNREACH: 'cannot be reached: there is no network.',
  EPROTO: 'does not speak TLS there. Is it mqtt:// instead of mqtts://?',
}

const connackSentences: Readonly<Record<number, string>> = {
  2: 'refuses our client id.',
  3: 'is not available at the moment.',
  4: 'refuses the user name or password.',
  5: 'does not let us in: it wants a user name and password (--username, PLAZACAST_PASSWORD), or refuses these.',
  134: 'refuses the user name or password.',
  135: 'does not let us in: it wants a user name and password (--username, PLAZACAST_PASSWORD), or refuses these.',
  136: 'is not available at the moment.',
  137: 'is busy.',
  138: 'has banned this client.',
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const given = <T extends object>(options: T): Given<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
