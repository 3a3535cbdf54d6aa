import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nearAddresses } from './adapters/mdns.ts'
import { systemClock } from './adapters/system-clock.ts'
import { type Certificate, certificateOf, ownCertificate } from './adapters/technician-certificate.ts'
import { announcePage } from './adapters/technician-mdns.ts'
import { startTechnicianServer } from './adapters/technician-server.ts'
import type { Configuration, HealthPage } from './app/configuration.ts'
import type { Log } from './app/log.ts'
import type { Undo } from './app/ports.ts'
import { createTechnician, type PagePlace, type TechnicianOptions, type TechnicianPage } from './app/technician.ts'
import { createTechnicianAccess } from './app/technician-access.ts'

/** The technician's page of a player, which hears it before it is there. */
export type PlayerTechnician = TechnicianPage & { stop(): Promise<void> }

const usualPort = 8420
/** Between tries: the network of a kiosk may come up after its player. */
const againMs = 30_000

/**
 * Serves the technician's page as the configuration says. Nothing that goes wrong here is of consequence to the wall: it is said
 * in the log, and tried again.
 */
export function startPlayerTechnician(
  configuration: Configuration,
  pageDir: string,
  log: Log,
  faults: TechnicianOptions['faults'],
): PlayerTechnician | undefined {
  const { health: page, playerId } = configuration
  if (page.listen === 'off') return undefined
  const { pin } = page
  const technician = createTechnician({
    playerId,
    clock: systemClock,
    hasPin: pin !== undefined,
    faults,
    metrics: page.metrics,
    access: (report) =>
      createTechnicianAccess({
        clock: systemClock,
        isPin: pin === undefined ? undefined : comparedWith(pin),
        newToken: () => randomBytes(32).toString('hex'),
        report,
      }),
  })
  let served: Served | undefined
  let stopped = false
  let undo: () => Promise<void> = async () => {}
  let disarm: Undo = () => {}

  async function listen(): Promise<void> {
    const host = `plazacast-${playerId}`.slice(0, 63).replace(/-+$/, '')
    const names = [`${host}.local`, ...page.names]
    const certificate = await certificateFor(configuration, names)
    const server = await startTechnicianServer(
      {
        address: page.listen === 'loopback' ? '127.0.0.1' : (page.address ?? '0.0.0.0'),
        port: page.port ?? usualPort,
        mayMove: page.port === undefined,
        tls: certificate,
        names,
        pageDir,
      },
      technician.desk,
    )
    const secure = certificate !== undefined
    const announcement = { host, playerId, port: server.port, secure, address: page.address }
    const silence = page.listen === 'lan' ? announcePage(systemClock, announcement) : () => {}
    undo = async () => {
      silence()
      await server.stop()
    }
    if (stopped) return undo()
    served = { port: server.port, certificate }
    technician.moved()
    log('info', `the page for technicians: ${placeOf(page, served).url}`)
  }
  let starting = Promise.resolve()
  const tryAgain = (): void => {
    starting = listen().catch((error: unknown) => {
      log(
        'warning',
        `the page for technicians cannot be served: ${error instanceof Error ? error.message : String(error)}`,
      )
      if (!stopped) disarm = systemClock.after(againMs, tryAgain)
    })
  }
  tryAgain()

  return {
    ...technician,
    place: () => served && placeOf(page, served),
    async stop() {
      stopped = true
      disarm()
      await starting
      await undo()
    },
  }
}

/** Undefined: plain HTTP, for this machine alone or for a maintenance network. */
async function certificateFor(
  { health: { listen, tls }, dataDir }: Configuration,
  names: readonly string[],
): Promise<Certificate | undefined> {
  if (listen === 'loopback' || tls === 'off') return undefined
  if (tls === 'self-made') return ownCertificate(join(dataDir, 'technician'), names)
  const read = certificateOf(readFileSync(tls.key, 'utf8') + readFileSync(tls.cert, 'utf8'))
  if (!read) throw new Error(`health.tls: ${tls.key} and ${tls.cert} are no private key and certificate in PEM`)
  return read
}

type Served = { readonly port: number; readonly certificate: Certificate | undefined }

/** The address may change while the player runs; a phone is led to the one of now. */
function placeOf(page: HealthPage, { port, certificate }: Served): PagePlace {
  const address = page.listen === 'loopback' ? '127.0.0.1' : (page.address ?? nearAddresses()[0] ?? '127.0.0.1')
  const url = `${certificate ? 'https' : 'http'}://${address}:${port}/`
  return { url, fingerprint: certificate?.fingerprint ?? null }
}

/** Both are hashed with a key of this run, so that neither length nor content shows in the time that it takes. */
function comparedWith(pin: string): (given: string) => boolean {
  const key = randomBytes(32)
  const mark = (text: string) => createHmac('sha256', key).update(text).digest()
  const own = mark(pin)
  return (given) => timingSafeEqual(mark(given), own)
}
