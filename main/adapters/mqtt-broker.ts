import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { retryDelayMs } from '../../shared/retry-delay.ts'
import type { Broker, BrokerListener, BrokerOptions, Publication } from '../app/broker.ts'
import type { Clock, Random, Undo } from '../app/ports.ts'

const sessionSeconds = 7 * 24 * 60 * 60
const maximumPacketBytes = 8 * 1024 * 1024

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

  function open(): void {
    cancelRetry = undefined
    const opened = connect(options.url, clientOptions(options, protocol))
    client = opened
    let reason = 'the connection was closed'
    let over = false
    let olderProtocol = false
    const lose = (): void => {
      if (over) return
      over = true
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
        listener.message(packet.topic, bytesOf(packet.payload))
        done()
      } catch (error) {
        reason = `a message could not be taken: ${error instanceof Error ? error.message : String(error)}`
        lose()
      }
    }
    opened.on('connect', () => {
      failures = 0
      listener.connected()
    })
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
    stop: async (farewell) => {
      stopped = true
      cancelRetry?.()
      const leaving = client
      if (leaving?.connected)
        await Promise.race([publishWith(leaving, farewell), after(clock, 1_000)]).catch(ignoreLost)
      await leaving?.endAsync(!leaving.connected)
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

async function publishWith(client: MqttClient, { topic, payload, qos, retain }: Publication): Promise<void> {
  await client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos, retain })
}

/** MQTT 3.1.1 answers 1, MQTT 5 answers 0x84, when it does not know the level it is offered. */
const refusesProtocol = (error: Error): boolean => 'code' in error && (error.code === 1 || error.code === 0x84)

const bytesOf = (payload: string | Buffer): Uint8Array => (typeof payload === 'string' ? Buffer.from(payload) : payload)

const after = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))

/** The last message of a connection that is already lost; its will says the same. */
const ignoreLost = (): void => {}
