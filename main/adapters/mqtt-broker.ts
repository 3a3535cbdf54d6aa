import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { retryDelayMs } from '../../shared/retry-delay.ts'
import {
  type Broker,
  type BrokerListener,
  type BrokerOptions,
  type Publication,
  PublishRefused,
  type ReplyAddress,
} from '../app/broker.ts'
import type { Clock, Random, Undo } from '../app/ports.ts'
import { createMqttSieve } from './mqtt-sieve.ts'
import { unpooled } from './unpooled.ts'

const sessionSeconds = 7 * 24 * 60 * 60
const maximumPacketBytes = 5 * 1024 * 1024

/** A connection that lasts this long is a good one: the next failure is the first of its kind again. */
const steadyMs = 30_000

/** How long a broker is waited for at the end. */
const farewellMs = 1_000

/** A protocol level this side offers: 5, or 3.1.1 for brokers that know nothing newer. */
type Protocol = 5 | 4

/**
 * A player's connection to its MQTT broker.
 *
 * Every try is a new client with reconnecting switched off: MQTT.js would try again at a fixed period, without jitter, and
 * not at all after an error in CONNACK. Nothing is lost with a client, since the queue is in the database and the broker
 * keeps the session. After each connect the owner subscribes again, and the broker sends all that is retained.
 */
export function connectBroker(
  options: BrokerOptions,
  listener: BrokerListener,
  clock: Clock,
  random: Random,
): Broker & { retryNow: Undo } {
  let client: MqttClient | undefined
  let protocol: Protocol = 5
  let failures = 0
  let stopped = false
  let cancelRetry: Undo | undefined

  /** A certificate that is none makes TLS throw before there is a connection: that is one more try that failed. */
  function open(): void {
    cancelRetry = undefined
    try {
      openClient()
    } catch (error) {
      failures += 1
      listener.lost(error instanceof Error ? error.message : String(error))
      cancelRetry = clock.after(retryDelayMs(failures, random()), open)
    }
  }

  function openClient(): void {
    const opened = connect(options.url, { ...clientOptions(options, protocol), manualConnect: true })
    sieve(opened, protocol, listener)
    client = opened
    let reason = 'the connection was closed'
    let over = false
    let cancelSteady: Undo = () => {}
    let olderProtocol = false
    const lose = (): void => {
      if (over) return
      over = true
      cancelSteady()
      opened.end(true)
      if (client === opened) client = undefined
      if (stopped) return
      if (!olderProtocol) {
        failures += 1
        listener.lost(reason)
      }
      cancelRetry = clock.after(olderProtocol ? 0 : retryDelayMs(failures, random()), open)
    }
    // MQTT.js acknowledges when this calls back, so what the listener stores is committed first. What could not be stored
    // is not acknowledged: the broker sends it again on the next connection.
    opened.handleMessage = (packet, done) => {
      if (over) return
      try {
        listener.message(packet.topic, bytesOf(packet.payload), replyAddressOf(packet))
        done()
      } catch (error) {
        reason = `a message could not be taken: ${error instanceof Error ? error.message : String(error)}`
        lose()
      }
    }
    opened.on('connect', () => {
      cancelSteady = clock.after(steadyMs, () => {
        failures = 0
      })
      listener.connected()
    })
    opened.on('packetreceive', () => listener.heard?.())
    opened.on('disconnect', (packet) => {
      reason = `the broker ended the connection (reason ${packet.reasonCode})`
      if (packet.reasonCode === sessionTakenOver) listener.displaced()
    })
    opened.on('error', (error) => {
      reason = error.message
      olderProtocol = protocol === 5 && refusesProtocol(error)
      if (olderProtocol) protocol = 4
      lose()
    })
    opened.on('close', lose)
    try {
      opened.connect()
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
      lose()
    }
  }

  open()
  return {
    publish: async (message) => {
      if (!client?.connected) throw new Error('not connected')
      await publishWith(client, message)
    },
    subscribe: async (filters) => {
      if (!client?.connected) throw new Error('not connected')
      if (filters.length > 0) await client.subscribeAsync([...filters], { qos: 1 })
    },
    ping: () => {
      if (client?.connected) client.sendPing()
    },
    stop: async (farewell) => {
      stopped = true
      cancelRetry?.()
      const leaving = client
      if (!leaving) return
      if (leaving.connected)
        await Promise.race([publishWith(leaving, farewell), after(clock, farewellMs)]).catch(ignoreLost)
      // MQTT.js waits for every acknowledgement before it says goodbye, however long: a silent broker keeps nobody here.
      await Promise.race([leaving.endAsync(!leaving.connected), after(clock, farewellMs)])
      leaving.stream?.destroy()
    },
    retryNow: () => {
      if (!cancelRetry) return
      cancelRetry()
      open()
    },
  }
}

/** MQTT 5, 3.14.2.1: another client has used the same client identifier. */
const sessionTakenOver = 0x8e

function clientOptions(options: BrokerOptions, protocol: Protocol): IClientOptions {
  const { will } = options
  return {
    protocolVersion: protocol,
    clientId: options.clientId,
    clean: false,
    reconnectPeriod: 0,
    connectTimeout: 15_000,
    keepalive: 20,
    resubscribe: false,
    queueQoSZero: false,
    writeCache: false, // else 65,536 buffers of two bytes are made at the first packet
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    ...(protocol === 5 && {
      properties: {
        sessionExpiryInterval: sessionSeconds,
        maximumPacketSize: maximumPacketBytes,
        topicAliasMaximum: 0,
      },
    }),
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.cert !== undefined && { cert: options.cert }),
    ...(options.key !== undefined && { key: options.key }),
  }
}

async function publishWith(client: MqttClient, message: Publication): Promise<void> {
  const { topic, payload, qos, retain, correlation, contentType, responseTopic } = message
  const properties = {
    ...(correlation && { correlationData: Buffer.from(correlation) }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
  }
  try {
    const published = unpooled(() =>
      client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), {
        qos,
        retain,
        ...(client.options.protocolVersion === 5 && { properties }),
      }),
    )
    await published
  } catch (error) {
    if (isRefusal(error)) throw new PublishRefused(error.message)
    throw error
  }
}

/** MQTT 5, 3.4.2.1: a PUBACK with a reason of 0x80 or more. A lost connection has no such reason. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code >= 0x80

function replyAddressOf({ properties }: IPublishPacket): ReplyAddress | undefined {
  const topic = properties?.responseTopic
  return topic === undefined ? undefined : { topic, correlation: properties?.correlationData }
}

/**
 * Puts the sieve between the socket and MQTT.js's parser. MQTT.js builds its stream in a private function and reads it by one
 * `pipe`; there is no public place for this (5.16.0), so it is replaced before it connects.
 */
function sieve(client: MqttClient, protocol: Protocol, listener: BrokerListener): void {
  // biome-ignore lint/complexity/useLiteralKeys: the only way to a private field
  const build = client['streamBuilder']
  // biome-ignore lint/complexity/useLiteralKeys: the only way to a private field
  client['streamBuilder'] = (of: MqttClient) => {
    const stream = build(of)
    const pipe = stream.pipe.bind(stream)
    const clean = createMqttSieve(protocol, maximumPacketBytes, ({ topic, reason, packetId }) => {
      if (packetId !== undefined) stream.write(acknowledgement(packetId)) // else the broker sends it again for ever
      listener.poisoned(topic, reason)
    })
    stream.pipe = <Target extends NodeJS.WritableStream>(target: Target) => pipe(clean).pipe(target)
    return stream
  }
}

/** PUBACK in the form that MQTT 3.1.1 and 5 share. */
const acknowledgement = (packetId: number): Buffer => Buffer.from([0x40, 2, packetId >> 8, packetId & 0xff])

/** MQTT 3.1.1 answers 1, MQTT 5 answers 0x84, when it does not know the level it is offered. */
const refusesProtocol = (error: Error): boolean => 'code' in error && (error.code === 1 || error.code === 0x84)

const bytesOf = (payload: string | Buffer): Uint8Array => (typeof payload === 'string' ? Buffer.from(payload) : payload)

const after = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))

/** The last message of a connection that is already lost; its will says the same. */
const ignoreLost = (): void => {}
