import { mkdir, stat, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type LocalAsset, onceEach, servedName, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { type AssetServer, parseServeAddress, serveAssets } from './asset-server.ts'
import type { FleetLink } from './fleet-link.ts'
import { setAsset, streamAsset } from './hls-assets.ts'
import { hashFile } from './probe.ts'
import type { PublishRequest } from './publication.ts'
import type { Source } from './read-playlist.ts'

/** Hashes every file once; assets by the path as written. */
export async function hashAll(
  sources: ReadonlyMap<string, Source>,
  { report, signal }: Pick<PublishRequest, 'report' | 'signal'>,
): Promise<Map<string, LocalAsset>> {
  const totalBytes = [...sources.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  const assets = new Map<string, LocalAsset>()
  let doneBytes = 0
  for (const [file, source] of sources) {
    signal?.throwIfAborted()
    assets.set(
      file,
      await localAsset(source, (bytes) => {
        doneBytes += bytes
        report?.({ kind: 'hashing', doneBytes, totalBytes })
      }),
    )
  }
  return assets
}

/** The asset that a looked-into file is, or that stands for a set or a stream. */
export async function localAsset(source: Source, onBytes?: (bytes: number) => void): Promise<LocalAsset> {
  if (source.kind === 'stream') return streamAsset(source.url)
  const { path, shown, set } = source
  if (set) return setAsset(path, set, shown, onBytes)
  const name = await hashFile(path, onBytes)
  const { size: bytes } = await stat(path)
  const { mediaType, width, height, seconds } = shown
  return { name, path, facts: { mediaType, bytes, width, height, ...(seconds !== undefined && { seconds }) } }
}

/** Where players get assets from. */
export type PlacedAssets = {
  /** The server of the files, if they are served from here; whoever asked stops it. */
  readonly server: AssetServer | undefined
  urlsOf(asset: LocalAsset): string[]
}

/** Serves the assets from this machine, unless they lie elsewhere already. */
export async function placeAssets(
  link: FleetLink,
  assets: ReadonlyMap<string, LocalAsset>,
  request: Pick<PublishRequest, 'serve' | 'assetsUrl' | 'report' | 'signal'>,
): Promise<PlacedAssets> {
  const { assetsUrl } = request
  const distinct = onceEach(assets.values())
  if (assetsUrl !== undefined) return { server: undefined, urlsOf: await urlsAt(assetsUrl, distinct, request) }
  const server = await serveFrom(link, distinct, request)
  return { server, urlsOf: (asset) => [server.urlOf(asset)] }
}

/** Serves the assets on the address that was asked for, or the one that this machine has towards the broker. */
async function serveFrom(
  link: FleetLink,
  assets: readonly LocalAsset[],
  request: Pick<PublishRequest, 'serve' | 'report'>,
): Promise<AssetServer> {
  const asked = request.serve === undefined ? undefined : parseServeAddress(request.serve)
  const host = asked?.host ?? addressOfThisMachine(link)
  const all = withSetFiles(assets)
  const server = await serveAssets(all, { host, port: asked?.port ?? 0 })
  request.report?.({ kind: 'serving', origin: server.origin, files: all.length })
  return server
}

/** The address this machine has towards the broker: players that reach the broker are likely to reach it, too. */
function addressOfThisMachine(link: FleetLink): string {
  const local = link.broker.localAddress?.replace(/^::ffff:/, '')
  if (local) return local === '::1' ? '127.0.0.1' : local
  const outer = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)
  return outer?.address ?? '127.0.0.1'
}

/** Addresses below the given one. What does not answer there is warned of: players may reach what we cannot. */
async function urlsAt(
  assetsUrl: string,
  assets: readonly LocalAsset[],
  { report, signal }: Pick<PublishRequest, 'report' | 'signal'>,
): Promise<(asset: LocalAsset) => string[]> {
  const base = assetsUrl.replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/i.test(base)) {
    throw new OperatorError(`--assets-url ${assetsUrl}: expected an http or https address.`, 2)
  }
  const urlOf = (asset: LocalAsset) => `${base}/${servedName(asset)}`
  for (const asset of withSetFiles(assets)) {
    const problem = await problemWith(urlOf(asset), asset.facts.bytes, signal)
    if (!problem) continue
    const file = asset.content ? await written(asset, asset.content) : resolve(asset.path)
    report?.({ kind: 'warning', message: `${urlOf(asset)} ${problem}. Upload ${file} there.` })
  }
  return (asset) => [urlOf(asset)]
}

/** What was made and is to be uploaded by hand needs a file. */
async function written(asset: LocalAsset, content: Uint8Array): Promise<string> {
  const file = join(tmpdir(), 'plazacast-upload', servedName(asset))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

/** Why a file of this size is not to be had at an address, in words; undefined if it is. */
export async function problemWith(url: string, bytes: number, signal?: AbortSignal): Promise<string | undefined> {
  const limits = [AbortSignal.timeout(10_000), ...(signal ? [signal] : [])]
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.any(limits) })
    const length = response.headers.get('content-length')
    if (!response.ok) return `answers ${response.status}`
    return length !== null && Number(length) !== bytes ? `has ${length} bytes instead of ${bytes}` : undefined
  } catch (error) {
    return `cannot be reached from here (${error instanceof Error ? error.message : error})`
  }
}
