import { z } from 'zod'
import { type FromScreen, type ToScreen, toScreen } from '../../shared/screen/wire.ts'

// Its just-in-time compiler would need eval, which the page's content security policy refuses.
z.config({ jitless: true })

/** What the host puts into the page before any script runs; the page cannot tell one host from another. */
type Bridge = {
  send(message: object): void
  onMessage(listener: (message: unknown) => void): () => void
}

declare global {
  interface Window {
    readonly plazacast?: Bridge
  }
}

/** The page's end of the wire to main. Nothing is waited for: without main, messages go nowhere. */
export type Link = {
  send(message: FromScreen): void
  /** Calls the listener with every message that parses; returns the undo. */
  onMessage(listener: (message: ToScreen) => void): () => void
}

/** The wire that the host has put into this window. A page opened in an ordinary browser has none, and shows the slate. */
export function openLink(bridge: Bridge | undefined = window.plazacast): Link {
  return {
    send: (message) => bridge?.send(message),
    onMessage: (listener) => bridge?.onMessage((message) => pass(message, listener)) ?? (() => {}),
  }
}

function pass(message: unknown, listener: (message: ToScreen) => void): void {
  const read = toScreen.safeParse(message)
  if (read.success) listener(read.data)
  else console.error(`a message from main was not understood: ${z.prettifyError(read.error)}`)
}
