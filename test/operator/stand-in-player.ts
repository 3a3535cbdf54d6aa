import mqtt from 'mqtt'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Playlist } from '../../shared/documents/playlist.ts'
import type { Site } from '../../shared/documents/site.ts'
import type { Takedowns } from '../../shared/documents/takedowns.ts'
import type { Trust } from '../../shared/documents/trust.ts'
import { type AcceptedDocument, intake } from '../../shared/intake/intake.ts'
import type { PlaylistReport, RefusedReport } from '../../shared/reports/state.ts'
import { contentFilters, defaultTopicPrefix, reportTopic, trustFilters } from '../../shared/topics.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'

/** A client that takes documents as a player does, with the player's own intake, and reports as the contract says. No wall. */
export type StandInPlayer = {
  /** Every playlist that it took. */
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly trust: () => Trust | undefined
  readonly site: () => Site | undefined
  /** Ends the connection without a word, so that the broker sends the will. */
  vanish(): Promise<void>
  stop(): Promise<void>
}

export type StandInOptions = {
  readonly url: string
  readonly id: string
  readonly rootKey: PublicJwk
  /** 4 for a broker that knows no MQTT 5. */
  readonly protocolVersion?: 4 | 5
  /** Called with a playlist's missing bytes before they are fetched; the fetch waits for it. */
  readonly beforeFetch?: () => Promise<void>
}

const prefix = defaultTopicPrefix

export async function startStandInPlayer(options: StandInOptions): Promise<StandInPlayer> {
  const { url, id, rootKey, protocolVersion = 5, beforeFetch = async () => {} } = options
  const accepted = new Map<string, AcceptedDocument>()
  const playlists = new Map<string, Playlist>()
  const reports = new Map<string, PlaylistReport>()
  const refused: RefusedReport[] = []
  let trust: Trust | undefined
  let site: Site | undefined
  let takedowns: Takedowns | undefined
  const will = {
    topic: reportTopic(prefix, id, 'presence'),
    payload: Buffer.from('{"online":false}'),
    retain: true,
    qos: 1 as const,
  }
  const client = await mqtt.connectAsync(url, { protocolVersion, will, reconnectPeriod: 0 })

  /** The first item that may be shown, of the playlist that came last. */
  const shown = () => {
    const gone = new Set(takedowns?.assets.map(({ asset }) => asset))
    const playlist = [...playlists.values()].at(-1)
    const item = playlist?.items.find(({ asset }) => !gone.has(asset))
    if (!playlist || !item) return { slate: 'nothing to show' }
    const { id, revision } = playlist
    return { playlist: id, revision, item: item.id, asset: item.asset, since: new Date().toISOString() }
  }

  const tell = async () => {
    const state = {
      at: new Date().toISOString(),
      now: shown(),
      next: null,
      playlists: [...reports.values()],
      refused,
      clock: 'trusted',
      trust: trust?.revision ?? 0,
      site: site?.revision ?? 0,
      takedowns: takedowns?.revision ?? 0,
      version: '0.0.0',
      host: 'stand-in',
    }
    await client.publishAsync(reportTopic(prefix, id, 'state'), JSON.stringify(state), { qos: 1, retain: true })
  }

  const take = async (topic: string, payload: Buffer) => {
    const context = {
      topicPrefix: prefix,
      playerId: id,
      groups: site?.groups ?? [],
      keyring: keyringOf([rootKey], trust, nodeCrypto),
      atMs: Date.now(),
      isEmergency: () => false,
      seen: (_: string, __: string, documentId: string) => {
        const before = accepted.get(`${topic} ${documentId}`)
        const sha256 = before ? Buffer.from(nodeCrypto.sha256(Buffer.from(before.text))).toString('hex') : ''
        return before && { revision: before.revision, sha256 }
      },
    }
    const result = intake(topic, payload, context, nodeCrypto)
    if (!result.ok) {
      refused.push({ at: new Date().toISOString(), topic, ...result.refusal })
      return tell()
    }
    if (result.value.kind !== 'new') return
    const { document, id: documentId } = result.value.accepted
    accepted.set(`${topic} ${documentId}`, result.value.accepted)
    if (document.kind === 'trust') trust = document
    if (document.kind === 'site') {
      site = document
      await client.subscribeAsync(contentFilters(prefix, id, site.groups), { qos: 1 })
    }
    if (document.kind === 'takedowns') takedowns = document
    if (document.kind === 'playlist') await takePlaylist(document)
    await tell()
  }

  const takePlaylist = async (playlist: Playlist) => {
    const missingBytes = Object.values(playlist.assets).reduce((sum, { bytes }) => sum + bytes, 0)
    const report = (status: PlaylistReport['status'], missing: number) =>
      reports.set(playlist.id, {
        id: playlist.id,
        target: playlist.target,
        revision: playlist.revision,
        status,
        missingBytes: missing,
        reasons: [],
      })
    playlists.set(playlist.id, playlist)
    if (playlist.withdrawn) return void report('withdrawn', 0)
    report('waiting', missingBytes)
    await tell()
    await beforeFetch()
    for (const [name, facts] of Object.entries(playlist.assets)) {
      const bytes = new Uint8Array(await (await fetch(facts.urls[0] ?? '')).arrayBuffer())
      const hex = Buffer.from(nodeCrypto.sha256(bytes)).toString('hex')
      if (name !== `sha256:${hex}`) throw new Error(`${facts.urls[0]} is not ${name}`)
    }
    report('live', 0)
  }

  let vanished = false
  let queue = Promise.resolve()
  client.on('message', (topic, payload) => {
    queue = queue
      .then(() => take(topic, payload))
      .then(
        () => undefined,
        (error) => {
          if (!vanished) throw error
        },
      )
  })
  await client.subscribeAsync([...trustFilters(prefix, id), ...contentFilters(prefix, id, [])], { qos: 1 })
  const presence = { online: true, since: new Date().toISOString(), version: '0.0.0' }
  await client.publishAsync(reportTopic(prefix, id, 'presence'), JSON.stringify(presence), { qos: 1, retain: true })
  await tell()
  return {
    playlists,
    trust: () => trust,
    site: () => site,
    vanish: async () => {
      vanished = true
      client.stream.destroy()
      await client.endAsync(true)
      await queue
    },
    stop: async () => {
      await queue
      await client.endAsync()
    },
  }
}
