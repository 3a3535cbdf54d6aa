import { PNG } from 'pngjs'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { type ClipRecipe, makeClip } from '../support/clips.ts'
import { type WatchedScreen, wallSize } from './watched-screen.ts'

/** The page's messages of one kind. */
export type Kind<Name extends FromScreen['kind']> = Extract<FromScreen, { kind: Name }>

/** Recognizes messages of that kind. */
export const is =
  <Name extends FromScreen['kind']>(kind: Name) =>
  (message: FromScreen): message is Kind<Name> =>
    message.kind === kind

/** A photo of the wall's size, shown for so many seconds. */
export async function photo(item: number, more: Partial<Extract<ClipRecipe, { kind: 'photo' }>> = {}, seconds = 1) {
  return { ...(await makeClip({ kind: 'photo', item, format: 'jpeg', ...wallSize, ...more })), seconds }
}

/** A film of the wall's size, a second long unless told. */
export function film(item: number, more: Partial<Extract<ClipRecipe, { kind: 'film' }>> = {}) {
  return makeClip({ kind: 'film', item, codec: 'h264', seconds: 1, ...wallSize, ...more })
}

/** What the page complains about, but for what a browser says of headers that it does not know. */
export const refusals = (complaints: readonly string[]) =>
  complaints.filter((text) => !/Permissions-Policy|sandboxing/.test(text))

/** Whether anything of a picture is not black. */
export function isLit(png: Uint8Array): boolean {
  const { data } = PNG.sync.read(Buffer.from(png))
  return data.some((level, at) => at % 4 !== 3 && level > 60)
}

/** The numbers of the item's frames, sample by sample. */
export function framesOf(screen: WatchedScreen, item: number): number[] {
  return screen.samples.flatMap(({ seen }) => (seen.kind === 'frame' && seen.item === item ? [seen.frame] : []))
}

/** What the page has told of, each code once, in the order in which it came. */
export function faultCodes(screen: WatchedScreen): string[] {
  return [...new Set(screen.messages.filter(is('fault')).map(({ code }) => code))]
}
