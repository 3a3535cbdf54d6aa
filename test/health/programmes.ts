import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import type { PrivateJwk } from '../../main/operator/signing.ts'
import { makeClip } from '../support/clips.ts'
import { approvalOf, nameOfBytes, type PushedAsset, playlistOf } from '../support/documents.ts'
import { startLiveStream } from '../support/live-stream.ts'
import type { Origin } from '../support/origin.ts'
import { runFfmpeg } from '../support/run-ffmpeg.ts'

/** What a wall may show without anything being wrong with it; and one that has a file that nobody has, and one that is withdrawn. */
export const programmeNames = [
  'films',
  'mixed',
  'one-photo',
  'one-film',
  'black-photo',
  'black-film',
  'short',
  'absent',
  'withdrawn',
] as const
export type ProgrammeName = (typeof programmeNames)[number]

type Entry = { readonly asset: PushedAsset; readonly seconds?: number; readonly approval?: Record<string, unknown> }

const hls = 'application/vnd.apple.mpegurl'

/** Playlists to be signed, made when they are asked for; what they start goes into `undo`. */
export function programmes(folder: string, origin: Origin, approver: PrivateJwk, undo: (() => unknown)[]) {
  const film = async (item: number) =>
    origin.add((await makeClip({ kind: 'film', item, codec: 'h264', seconds: 4 })).file, 'video/mp4')
  const photo = async () => {
    const clip = await makeClip({ kind: 'photo', item: 9, format: 'jpeg', width: 640, height: 360 })
    return origin.add(clip.file, clip.mediaType)
  }
  const drawn = async (name: string, source: string, ...options: string[]) => {
    const file = join(folder, name)
    await runFfmpeg(['-f', 'lavfi', '-i', source, ...options, '-pix_fmt', 'yuv420p', '-y', file])
    return origin.add(file, name.endsWith('.mp4') ? 'video/mp4' : 'image/jpeg')
  }
  const h264 = ['-c:v', 'libx264'] as const
  const moving = 'testsrc2=size=640x360:rate=30'
  const blackPhoto = () => drawn('black.jpg', 'color=black:size=640x360', '-frames:v', '1')
  const blackFilm = () => drawn('black.mp4', 'color=black:size=640x360:rate=30', '-t', '40', ...h264)
  /** A night: nothing in it is brighter than a tenth. */
  const darkFilm = () => drawn('dark.mp4', `${moving},lutyuv=y=16+(val-16)/10:u=128:v=128`, '-t', '8', ...h264)
  /** Comes out of black and goes back to it, with four black seconds in the middle. */
  const fadingFilm = () => {
    const fades = 'fade=in:0:60,fade=out:90:60:enable=lt(t\\,9),fade=in:270:30:enable=gte(t\\,9),fade=out:420:60'
    return drawn('fades.mp4', `${moving},${fades}`, '-t', '16', ...h264)
  }
  const live = async (): Promise<Entry> => {
    const stream = await startLiveStream(7)
    undo.push(() => stream.stop())
    const server = createServer((request, response) => {
      readFile(join(stream.folder, basename(request.url ?? '')))
        .then((bytes) => response.end(bytes))
        .catch(() => response.writeHead(404).end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo.push(() => {
      server.close()
      server.closeAllConnections()
    })
    const bound = server.address()
    const url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/index.m3u8`
    const manifest = Buffer.from(JSON.stringify({ kind: 'hls-live', url }))
    const now = Date.now()
    const instant = (ms: number) => new Date(ms).toISOString()
    const approval = { from: instant(now - 3_600_000), until: instant(now + 3_600_000) }
    return { asset: await origin.addBytes(manifest, hls), seconds: 8, approval }
  }

  const absent = { asset: nameOfBytes('nobody has it'), bytes: 13 }

  const makers: Readonly<Record<ProgrammeName, () => Promise<readonly Entry[]>>> = {
    films: async () => [{ asset: await film(1) }, { asset: await film(2) }],
    mixed: async () => [
      { asset: await film(1) },
      { asset: await photo(), seconds: 15 },
      { asset: await darkFilm() },
      { asset: await fadingFilm() },
      { asset: await blackPhoto(), seconds: 15 },
      { asset: await photo(), seconds: 4 },
      await live(),
    ],
    'one-photo': async () => [{ asset: await photo(), seconds: 15 }],
    'one-film': async () => [{ asset: await film(1) }],
    'black-photo': async () => [{ asset: await blackPhoto(), seconds: 15 }],
    'black-film': async () => [{ asset: await blackFilm() }],
    absent: async () => [{ asset: await film(1) }, { asset: { ...(await film(2)), ...absent } }],
    withdrawn: async () => [{ asset: await film(1) }],
    short: async () => [{ asset: await blackPhoto(), seconds: 6 }, { asset: await darkFilm() }],
  }

  return async (name: ProgrammeName, revision: number): Promise<Record<string, unknown>> => {
    const entries = await makers[name]()
    const assets = [...new Map(entries.map(({ asset }) => [asset.asset, asset])).values()]
    const approvals = assets.map((asset) => {
      const { approval = {} } = entries.find((one) => one.asset.asset === asset.asset) ?? {}
      return approvalOf(asset, [approver], approval)
    })
    const items = entries.map(({ asset: { asset }, seconds }, index) => ({
      id: `item-${index + 1}`,
      asset,
      ...(seconds !== undefined && { seconds }),
    }))
    return playlistOf(assets, [], {
      revision,
      items,
      approvals: await Promise.all(approvals),
      withdrawn: name === 'withdrawn',
    })
  }
}
