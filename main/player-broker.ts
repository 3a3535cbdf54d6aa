import { readFileSync } from 'node:fs'
import { connectBroker } from './adapters/mqtt-broker.ts'
import { systemClock } from './adapters/system-clock.ts'
import type { Configuration } from './app/configuration.ts'
import type { PlayerParts } from './app/player-parts.ts'

/** Reaches the configured broker; what cannot be read of its certificates is added to `problems`. Undefined without one. */
export function brokerFrom(configuration: Configuration, problems: string[]): PlayerParts['connectBroker'] {
  const { broker } = configuration
  if (!broker) return undefined
  const pem = (name: 'ca' | 'cert' | 'key'): string | undefined => {
    const file = broker[name]
    try {
      return file === undefined ? undefined : readFileSync(file, 'utf8')
    } catch (error) {
      problems.push(`broker.${name}: ${(error as Error).message}`)
      return undefined
    }
  }
  const options = {
    ...broker,
    ca: pem('ca'),
    cert: pem('cert'),
    key: pem('key'),
    clientId: `plazacast-${configuration.playerId}`,
  }
  return (will, listener) => connectBroker({ ...options, will }, listener, systemClock, Math.random)
}
