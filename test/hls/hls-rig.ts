import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { type AssetServer, serveAssets } from '../../main/operator/asset-server.ts'
import { localAsset } from '../../main/operator/publish-assets.ts'
import { lookAtFile } from '../../main/operator/read-playlist.ts'
import { runPlayer } from '../../main/run-player.ts'
import { type LocalAsset, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import type { Showing } from '../../shared/screen/programme.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { type PushedAsset, rootKeysOf, trustOf } from '../support/documents.ts'
import { type PlayerRig, setRig } from '../support/player-rig.ts'
import { runFfmpeg } from '../support/run-ffmpeg.ts'

/** A whole player, with its own web server for the page, and a page that only listens. */
export type HlsRig = PlayerRig & {
  /** Where the page would be, with a slash at the end. */
  readonly address: () => string
  readonly showings: () => Showing[]
  /** Where a stick may appear. */
  readonly mount: string
}

export async function setHlsRig(t: TestContext): Promise<HlsRig> {
  const undo: (() => Promise<void>)[] = []
  t.after(async () => {
    // What cannot be undone must not leave the rest running.
    const failed: unknown[] = []
    for (const one of undo.toReversed()) await one().catch((error: unknown) => failed.push(error))
    if (failed.length > 0) throw failed[0]
  })
  // Goes when the player that looks into it has gone.
  const mount = await mkdtemp(join(tmpdir(), 'plazacast-stick-'))
  undo.push(() => removed(mount))
  const rig = await setRig({ after: (one) => void undo.push(one) })
  const screenDir = await folderFor(t)
  await writeFile(join(screenDir, 'index.html'), '<!doctype html>')
  const sent: ToScreen[] = []
  let address = ''
  const { broker, city, dataDir } = rig
  const player = await runPlayer({
    read: {
      configuration: {
        ...defaultConfiguration('wall', dataDir),
        health: { listen: 'off' as const, tls: 'self-made' as const, names: [], metrics: false },
        playerId: 'wall',
        rootKeys: rootKeysOf(city),
        broker: { url: broker.url },
        usb: [mount],
      },
      problems: [],
    },
    startHost: async (options, listener) => {
      address = options.address
      setImmediate(() => listener.message({ kind: 'hello', at: 0 }))
      return {
        name: 'chromium',
        version: '0',
        send: (message) => void sent.push(message),
        screenshot: async () => Buffer.from(''),
        renew: () => {},
        stop: async () => {},
      }
    },
    version: '0.0.0',
    screenDir,
    mirrorPort: undefined,
  })
  undo.push(() => player.stop())
  await rig.publish('trust', trustOf(city), city.root)
  return {
    ...rig,
    mount,
    address: () => address,
    showings: () => {
      const last = sent.findLast((message) => message.kind === 'programme')
      return last?.kind === 'programme' ? last.programme.lanes.flatMap((lane) => lane.showings) : []
    },
  }
}

/** A temporary folder, removed after the test. */
export async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-hls-'))
  t.after(() => removed(folder))
  return folder
}

/** A last write into it may still be under way. */
const removed = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 10 })

export type FilmKind = 'mpegts' | 'fmp4' | 'encrypted' | 'byte ranges' | 'variants with sound apart'

/** A film of three seconds in segments of one, made by ffmpeg; gives the playlist to publish. */
export async function makeHlsFilm(folder: string, kind: FilmKind): Promise<string> {
  const index = join(folder, 'index.m3u8')
  const picture = (size: string) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=15:d=3`]
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-pix_fmt', 'yuv420p']
  const hls = ['-f', 'hls', '-hls_time', '1', '-hls_playlist_type', 'vod']
  const segments = ['-hls_segment_filename', join(folder, 'part%d.ts')]
  switch (kind) {
    case 'mpegts':
      await runFfmpeg([...picture('160x90'), ...video, ...hls, ...segments, index])
      break
    case 'fmp4':
      await runFfmpeg([...picture('160x90'), ...video, ...hls, '-hls_segment_type', 'fmp4', index])
      break
    case 'encrypted': {
      const key = join(folder, 'film.key')
      await writeFile(key, Buffer.from('0123456789abcdef'))
      await writeFile(join(folder, 'key-info'), `film.key\n${key}\n`)
      const encrypt = ['-hls_key_info_file', join(folder, 'key-info')]
      await runFfmpeg([...picture('160x90'), ...video, ...hls, ...encrypt, ...segments, index])
      break
    }
    case 'byte ranges':
      await runFfmpeg([...picture('160x90'), ...video, ...hls, '-hls_flags', 'single_file', index])
      break
    case 'variants with sound apart': {
      for (const name of ['small', 'large', 'sound']) await mkdir(join(folder, name))
      const sound = ['-f', 'lavfi', '-i', 'sine=d=3']
      const maps = ['-map', '0:v', '-map', '1:v', '-map', '2:a', '-b:v:0', '100k', '-b:v:1', '300k']
      const names = 'v:0,agroup:a,name:small v:1,agroup:a,name:large a:0,agroup:a,name:sound,default:yes'
      const outputs = ['-master_pl_name', 'index.m3u8', '-var_stream_map', names]
      const inputs = [...picture('160x90'), ...picture('320x180'), ...sound]
      const files = ['-hls_segment_filename', join(folder, '%v', 'part%d.ts'), join(folder, '%v', 'list.m3u8')]
      await runFfmpeg([...inputs, ...maps, ...video, '-c:a', 'aac', ...hls, ...outputs, ...files])
    }
  }
  return index
}

/** A film served as plazacast publish serves it, and what a playlist says of it. */
export async function serveFilm(
  t: TestContext,
  index: string,
  change: (asset: LocalAsset) => Promise<LocalAsset> = async (asset) => asset,
): Promise<{ asset: LocalAsset; pushed: PushedAsset; server: AssetServer }> {
  const source = await lookAtFile(index, 'index.m3u8')
  if (typeof source === 'string') throw new Error(`index.m3u8 ${source}`)
  const asset = await change(await localAsset(source))
  return { asset, ...(await serve(t, asset)) }
}

export async function serve(t: TestContext, asset: LocalAsset): Promise<{ pushed: PushedAsset; server: AssetServer }> {
  const server = await serveAssets(withSetFiles([asset]), { host: '127.0.0.1', port: 0 })
  t.after(() => server.stop())
  const { mediaType, bytes, seconds } = asset.facts
  const facts = { mediaType, bytes, ...(seconds !== undefined && { seconds }) }
  return { server, pushed: { ...facts, asset: asset.name, urls: [server.urlOf(asset)] } }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
