import { z } from 'zod'
import { sizeText } from '../operator/sizes.ts'

/** What became of a command at one player. */
export type CommandOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'picture'; readonly file: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly field?: string | undefined }
  /** Connected by its presence, but it did not answer in time. */
  | { readonly kind: 'deaf'; readonly seconds: number }
  | { readonly kind: 'offline' }
  /** Nobody has ever heard of it on this broker. */
  | { readonly kind: 'unknown' }

/** Whether the command did what it was to do there. */
export const isDone = ({ kind }: CommandOutcome): boolean => kind === 'done' || kind === 'picture'

/** What became of a command, for people. */
export function outcomeText(command: string, outcome: CommandOutcome): string {
  switch (outcome.kind) {
    case 'done':
      return resultText(command, outcome.result)
    case 'picture':
      return `the picture is in ${outcome.file}`
    case 'failed':
      return `${outcome.field ? `${outcome.field}: ` : ''}${outcome.message} (${outcome.code})`
    case 'deaf':
      return `deaf: it is online, but has not answered within ${outcome.seconds} s`
    case 'offline':
      return 'offline'
    case 'unknown':
      return 'has never been heard of on this broker'
  }
}

const shown = z.object({ item: z.string().optional(), playlist: z.string().optional(), slate: z.string().optional() })
const results = {
  skip: z.object({ skipped: shown, on: shown }),
  'go-to': z.object({ on: shown }),
  reload: z.object({ on: shown, afterMs: z.number() }),
  identify: z.object({ seconds: z.number(), name: z.string() }),
  'clear-quarantine': z.object({ items: z.number() }),
  'check-cache': z.object({ assets: z.number(), bytes: z.number(), damaged: z.array(z.string()) }),
  'report-now': z.object({ sent: z.array(z.string()) }),
  'send-logs': z.object({ bytes: z.number() }),
}

/** A newer player may say more or otherwise: then its answer is shown as it came. */
function resultText(command: string, result: unknown): string {
  const plain = () => (Object.keys(Object(result)).length === 0 ? 'done' : `done: ${JSON.stringify(result)}`)
  const read = <T>(schema: z.ZodType<T>, text: (value: T) => string): string => {
    const value = schema.safeParse(result)
    return value.success ? text(value.data) : plain()
  }
  switch (command) {
    case 'skip':
      return read(results.skip, ({ skipped, on }) => `skipped ${shownText(skipped)}; ${shownText(on)} is on`)
    case 'go-to':
      return read(results['go-to'], ({ on }) => `${shownText(on)} is on`)
    case 'reload':
      return read(results.reload, ({ on, afterMs }) => `the page is new; ${shownText(on)} is on after ${afterMs} ms`)
    case 'identify':
      return read(results.identify, ({ seconds, name }) => `shows “${name}” for ${seconds} s`)
    case 'clear-quarantine':
      return read(
        results['clear-quarantine'],
        ({ items }) => `${items} failed items and the failed downloads have another chance`,
      )
    case 'check-cache':
      return read(results['check-cache'], ({ assets, bytes, damaged }) => {
        const found =
          damaged.length === 0 ? 'all sound' : `${damaged.length} damaged and dropped: ${damaged.join(', ')}`
        return `${assets} files read (${sizeText(bytes)}), ${found}`
      })
    case 'report-now':
      return read(results['report-now'], ({ sent }) => `${sent.join(' and ')} sent again`)
    case 'send-logs':
      return read(results['send-logs'], ({ bytes }) => `${sizeText(bytes)} of its log`)
    case 'restart':
      return 'starts again'
    case 'reboot':
      return 'the machine starts again'
    default:
      return plain()
  }
}

const shownText = ({ item, playlist, slate }: z.infer<typeof shown>): string =>
  item === undefined ? `the slate (${slate ?? 'no reason'})` : `${playlist ?? '?'}/${item}`

/** How far a command has come, for people. */
export function progressText(progress: Readonly<Record<string, unknown>>): string {
  const read = z
    .object({ assets: z.number(), ofAssets: z.number(), bytes: z.number(), ofBytes: z.number() })
    .safeParse(progress)
  if (!read.success) return JSON.stringify(progress)
  const { assets, ofAssets, bytes, ofBytes } = read.data
  return `${assets} of ${ofAssets} files, ${sizeText(bytes)} of ${sizeText(ofBytes)}`
}
