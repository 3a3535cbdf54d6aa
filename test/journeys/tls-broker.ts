import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'

const recommended = join(import.meta.dirname, '../../build/mosquitto')
const searched = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` }

/** Files in PEM that belong to one certificate. */
export type Certificate = { readonly cert: string; readonly key: string }

/** A certificate authority made by openssl, in a folder. */
export type Authority = {
  readonly ca: string
  issue(commonName: string, extensions: readonly string[]): Certificate
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })

export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const [ca, caKey] = [join(folder, `${name}-ca.crt`), join(folder, `${name}-ca.key`)]
  openssl('req', '-x509', ...curve, '-days', '2', '-subj', `/CN=Plazacast ${name}`, '-keyout', caKey, '-out', ca)
  const extensionFile = join(folder, `${name}.ext`)
  await writeFile(extensionFile, 'extendedKeyUsage=clientAuth\n')
  return {
    ca,
    issue(commonName, extensions) {
      const [cert, key] = [join(folder, `${name}-${commonName}.crt`), join(folder, `${name}-${commonName}.key`)]
      const request = join(folder, `${name}-${commonName}.csr`)
      const extra = extensions.flatMap((one) => ['-addext', one])
      openssl('req', ...curve, '-subj', `/CN=${commonName}`, ...extra, '-keyout', key, '-out', request)
      const signer = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-copy_extensions', 'copy']
      openssl('x509', '-req', '-in', request, ...signer, '-days', '2', '-out', cert)
      return { cert, key }
    },
  }
}

/** A real mosquitto with the recommended files, only their paths and ports replaced. */
export type TlsBroker = {
  readonly players: Authority
  readonly operators: Authority
  readonly playersUrl: string
  readonly operatorsUrl: string
  /** Waits until it has logged this. */
  says(pattern: RegExp): Promise<void>
  stop(): Promise<void>
}

export async function startTlsBroker(): Promise<TlsBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-tls-'))
  const players = await makeAuthority(folder, 'players')
  const operators = await makeAuthority(folder, 'operators')
  const own = players.issue('localhost', ['subjectAltName=DNS:localhost,IP:127.0.0.1', 'extendedKeyUsage=serverAuth'])
  const [playersPort, operatorsPort] = [await freePort(), await freePort()]
  const text = (await readFile(join(recommended, 'plazacast.conf'), 'utf8'))
    .replace('listener 8883', `listener ${playersPort} 127.0.0.1`)
    .replace('listener 8884', `listener ${operatorsPort} 127.0.0.1`)
    .replaceAll('/etc/mosquitto/certs/broker.crt', own.cert)
    .replaceAll('/etc/mosquitto/certs/broker.key', own.key)
    .replaceAll('/etc/mosquitto/certs', folder)
    .replaceAll('/etc/mosquitto', recommended)
    .replaceAll('/var/lib/mosquitto', folder)
  const file = join(folder, 'plazacast.conf')
  // As root mosquitto would become "mosquitto", who may not read this folder; a service writes its log elsewhere.
  await writeFile(file, `${text}\nuser ${userInfo().username}\nlog_dest stderr\n`)
  const child = spawn('mosquitto', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'], env: searched })
  const log: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`mosquitto ended: ${log.join('\n')}`)))
  })
  await Promise.race([listening(operatorsPort), failed])
  failed.catch(() => {}) // from here on its end is the test's own doing
  return {
    players,
    operators,
    playersUrl: `mqtts://127.0.0.1:${playersPort}`,
    operatorsUrl: `mqtts://127.0.0.1:${operatorsPort}`,
    async says(pattern) {
      const deadlineMs = performance.now() + 20_000
      while (!log.some((line) => pattern.test(line))) {
        if (performance.now() > deadlineMs) throw new Error(`mosquitto did not say ${pattern}, but: ${log.join('\n')}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Nothing that it logs at these levels says so: the second of its ports answers. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false) // refused: not yet
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}
