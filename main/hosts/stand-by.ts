import { z } from 'zod'

/** Who hears that a page has begun to stand by: from then on it can be put on the wall at once. */
export type StandByListener = {
  standsBy?(): void
  /** The window of a page that died on the wall is off the display. */
  left?(): void
}

/** The last hello of a page that stands by: its own clock then, and when it was heard. Milliseconds. */
export type Hello = { readonly pageMs: number; readonly heardMs: number }

/** A page is made to stand by when pictures have come for so long: the wall's own start is over, and nothing waits for it. */
export const standByAfterMs = 20_000

/** A page that stands by says hello every second: one that has stopped saying it hangs too. */
const freshMs = 3_000

/** Whether the page can be put on the wall. */
export const isFresh = (hello: Hello | undefined): hello is Hello =>
  hello !== undefined && performance.now() - hello.heardMs < freshMs

/**
 * One that has not said it for so long will not by itself, and its page is made anew. Longer than it takes to end a graphics process
 * that hangs, which may hold up every page.
 */
const staleMs = 10_000

/** How often it is looked whether the page that stands by still says hello, in milliseconds. */
export const lookMs = 2_000

/** Whether the page that stood by hangs. */
export const isStale = (hello: Hello | undefined): boolean =>
  hello !== undefined && performance.now() - hello.heardMs > staleMs

/** The hello in a message of the page; undefined when it says something else. */
export function helloIn(text: unknown): Hello | undefined {
  try {
    const read = hello.safeParse(JSON.parse(String(text)))
    return read.success ? { pageMs: read.data.at, heardMs: performance.now() } : undefined
  } catch {
    return undefined // not JSON: such a page does not get onto the wall
  }
}

/** What the page would say now: it was heard while nobody listened to it. */
export const helloNow = ({ pageMs, heardMs }: Hello): string =>
  JSON.stringify({ kind: 'hello', at: pageMs + performance.now() - heardMs })

const hello = z.object({ kind: z.literal('hello'), at: z.number() })
