import type { Undo } from './ports.ts'

/** How a player reaches its broker. Certificates and keys are PEM texts. */
export type BrokerOptions = {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly clientId: string
  readonly will: Publication
}

/** One message to send. */
export type Publication = {
  readonly topic: string
  readonly payload: string | Uint8Array
  readonly qos: 0 | 1
  readonly retain: boolean
  /** MQTT 5: says which question this answers. */
  readonly correlation?: Uint8Array | undefined
  /** MQTT 5: what the payload is, as a media type. */
  readonly contentType?: string | undefined
  /** MQTT 5: where an answer is wanted. */
  readonly responseTopic?: string | undefined
}

/** Where the sender of a message wants its answer (MQTT 5, 4.10). Nobody has signed this. */
export type ReplyAddress = { readonly topic: string; readonly correlation: Uint8Array | undefined }

/** The broker has taken a look at a message and does not want it: sending it again at once would change nothing. */
export class PublishRefused extends Error {
  override readonly name = 'PublishRefused'
}

/** What a connection reports. `message` runs before the acknowledgement goes out: what it stores is stored first. */
export type BrokerListener = {
  connected(): void
  /** Once for each loss, and once for each try that failed, with the reason in words. */
  lost(reason: string): void
  /** Another client came with this player's id and the broker threw this one off. */
  displaced(): void
  message(topic: string, payload: Uint8Array, reply?: ReplyAddress): void
  /** Anything at all came from the broker, if only the answer to a ping. */
  heard?(): void
  /** A message was left out, since it is too large or malformed; what came behind it was taken. */
  poisoned(topic: string, reason: string): void
}

/** A connection that is tried again for ever. Nothing is queued in it: what is not acknowledged is sent again by its owner. */
export type Broker = {
  /** Resolves when the broker has acknowledged (QoS 1) or the bytes are out (QoS 0); rejects when the connection is lost. */
  publish(message: Publication): Promise<void>
  /** Asks for these filters; the broker sends what is retained on them, also when they were asked for before. */
  subscribe(filters: readonly string[]): Promise<void>
  /** Asks the broker for a sign of life, which comes as `heard`. */
  ping?(): void
  /** Leaves, with a last message that says so. */
  stop(farewell: Publication): Promise<void>
}

export type ConnectBroker = (options: BrokerOptions, listener: BrokerListener) => Broker & { readonly retryNow: Undo }
