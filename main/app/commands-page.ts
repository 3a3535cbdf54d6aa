import { pictureTypeOf } from '../../shared/commands/answer.ts'
import { goToArguments, identifyArguments, screenshotArguments } from '../../shared/commands/catalogue.ts'
import type { Priority } from '../../shared/documents/playlist.ts'
import { askedFor } from '../../shared/recovery/asked.ts'
import type { Programme, Showing, ShowingKey } from '../../shared/screen/programme.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { Host } from '../hosts/host.ts'
import { CommandFailed, type CommandHandler, unattended } from './commands.ts'
import type { PageEar } from './page-ear.ts'
import type { Clock } from './ports.ts'

/** What the commands that act on the page need of the player. */
export type PageCommandParts = {
  readonly clock: Clock
  /** Undefined while the window is being opened. */
  readonly host: () => Host | undefined
  readonly ear: PageEar
  readonly programme: () => Programme
  readonly showing: (key: ShowingKey) => Showing | undefined
  readonly on: () => ShowingKey | undefined
  /** The level that plays. */
  readonly level: () => Priority | null
  readonly playerName: () => string
  readonly playerId: string
  /** Downloads that failed are tried again at once. */
  readonly retryDownloads: () => void
}

export type PageCommands = {
  readonly handlers: readonly (readonly [string, CommandHandler])[]
  /** The programme has changed: what may not stand over it leaves the wall. */
  programmeChanged(): void
}

/** How long the page has to do what it was told, and to have a picture again after it was made anew. */
const pageMs = 10_000
const reloadMs = 20_000

/** The commands that the page carries out. Each is answered when the page has said what became of it. */
export function pageCommands(parts: PageCommandParts): PageCommands {
  const { ear, clock } = parts
  let identifiedUntilMs = 0
  const identify = (seconds: number): ToScreen => ({
    kind: 'identify',
    seconds,
    name: parts.playerName().slice(0, 500),
    playerId: parts.playerId,
  })

  function window(): Host {
    const there = parts.host()
    if (!there) throw new CommandFailed('not-ready', 'the window is being opened')
    return there
  }
  const described = (key: ShowingKey) => {
    const { playlist, revision, item } = parts.showing(key) ?? {}
    return { playlist, revision, item }
  }
  /** What is on the wall once the page says so; a film of the loop, or the slate when the loop has nothing. */
  const presented = (message: FromScreen) => {
    if (message.kind === 'shown') return { key: message.key, on: described(message.key) }
    return message.kind === 'slate' ? { key: undefined, on: { slate: message.reason } } : undefined
  }
  const toldOf = (order: 'identify' | 'go-to' | 'clear-quarantine') => (message: FromScreen) =>
    message.kind === 'order' && message.order === order ? message : undefined

  function mayMove(): void {
    const { synced, dark } = parts.programme()
    if (dark !== undefined) throw new CommandFailed('wall-dark', `the wall is off: ${dark}`)
    if (synced) throw new CommandFailed('in-step', 'this wall keeps in step with others, so the clock says what is on')
  }

  const skip: CommandHandler = async (_given, { signal } = unattended) => {
    mayMove()
    const before = parts.on()
    if (before === undefined) throw new CommandFailed('nothing-on', 'nothing is on that could be skipped')
    const coming = ear.next(presented, pageMs, signal)
    window().send({ kind: 'skip' })
    const came = await coming
    if (!came) throw new CommandFailed('page-silent', `the page showed nothing else within ${pageMs / 1000} s`)
    return { result: { skipped: described(before), on: came.on } }
  }

  const goTo: CommandHandler = async (given, { signal } = unattended) => {
    const { item, playlist } = goToArguments.parse(given)
    mayMove()
    const key = showingMeant(parts.programme(), item, playlist)
    const coming = ear.next(presented, pageMs, signal)
    const told = ear.next(toldOf('go-to'), pageMs, signal)
    window().send({ kind: 'go-to', key })
    const answer = await told
    if (!answer) throw new CommandFailed('page-silent', `the page did not answer within ${pageMs / 1000} s`)
    if (!answer.done) throw new CommandFailed('not-allowed-now', answer.message)
    const came = await coming
    if (came?.key === key) return { result: { on: came.on } }
    const instead = came ? `${JSON.stringify(came.on)} came on instead` : 'nothing else came on'
    throw new CommandFailed('not-shown', `${item} could not be shown: ${instead}`)
  }

  const reload: CommandHandler = async (_given, { signal } = unattended) => {
    const beganMs = clock.monotonicMs()
    let isNew = false
    const coming = ear.next(
      (message) => {
        isNew ||= message.kind === 'hello'
        // A page that begins shows the slate while its first item is made ready; that is not the picture yet.
        const isFirst = message.kind === 'slate' && parts.programme().lanes.length > 0
        return isNew && !isFirst ? presented(message) : undefined
      },
      reloadMs,
      signal,
    )
    window().renew(askedFor)
    const came = await coming
    if (!came) throw new CommandFailed('page-silent', `the page showed nothing again within ${reloadMs / 1000} s`)
    return { result: { on: came.on, afterMs: Math.round(clock.monotonicMs() - beganMs) } }
  }

  /** An emergency is not written over, and a wall that is off by order stays off. */
  const mayIdentify = () => parts.level() !== 'emergency' && parts.programme().dark === undefined

  const identifyWall: CommandHandler = async (given, { signal } = unattended) => {
    const { seconds } = identifyArguments.parse(given)
    if (parts.level() === 'emergency') throw new CommandFailed('emergency-on', 'an emergency is on the wall')
    const { dark } = parts.programme()
    if (dark !== undefined) throw new CommandFailed('wall-dark', `the wall is off: ${dark}`)
    const told = ear.next(toldOf('identify'), pageMs, signal)
    window().send(identify(seconds))
    identifiedUntilMs = clock.monotonicMs() + seconds * 1000
    if (!(await told)) throw new CommandFailed('page-silent', `the page did not answer within ${pageMs / 1000} s`)
    return { result: { seconds, name: parts.playerName(), playerId: parts.playerId } }
  }

  const screenshot: CommandHandler = async (given) => {
    const picture = await window().screenshot(screenshotArguments.parse(given))
    return { picture, mediaType: pictureTypeOf(picture) ?? 'image/png' }
  }

  const clearQuarantine: CommandHandler = async (_given, { signal } = unattended) => {
    const told = ear.next(toldOf('clear-quarantine'), pageMs, signal)
    parts.retryDownloads()
    window().send({ kind: 'clear-quarantine' })
    const answer = await told
    if (!answer) throw new CommandFailed('page-silent', `the page did not answer within ${pageMs / 1000} s`)
    return { result: { items: Number.parseInt(answer.message, 10) || 0, downloads: 'tried again' } }
  }

  return {
    handlers: [
      ['screenshot', screenshot],
      ['identify', identifyWall],
      ['skip', skip],
      ['go-to', goTo],
      ['reload', reload],
      ['clear-quarantine', clearQuarantine],
    ],
    programmeChanged() {
      if (identifiedUntilMs <= clock.monotonicMs() || mayIdentify()) return
      identifiedUntilMs = 0
      parts.host()?.send(identify(0))
    },
  }
}

/** The one showing of the loop that is meant; says what to add when there are several. */
function showingMeant({ lanes }: Programme, item: string, playlist: string | undefined): ShowingKey {
  const fits = (one: Showing) => one.item === item && (playlist === undefined || one.playlist === playlist)
  const [first, ...more] = lanes.flatMap(({ showings }) => showings.filter(fits))
  if (first && more.length === 0) return first.key
  if (first) {
    const among = [...new Set([first, ...more].map((one) => one.playlist))].join(', ')
    throw new CommandFailed('ambiguous', `${item} is in several playlists: ${among}; name one`, 'arguments.playlist')
  }
  const field = playlist === undefined ? 'arguments.item' : 'arguments.playlist'
  const where = playlist === undefined ? 'the loop' : `${playlist} in the loop`
  throw new CommandFailed('not-in-loop', `${item} is not in ${where} as it is now`, field)
}
