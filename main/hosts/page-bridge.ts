/** The name under which the browser offers the way back to this process; the script takes it out of the page's sight. */
export const bindingName = '__plazacastBinding'

/** The name under which the script keeps its ear; not enumerable, and of no use to a page that has no messages. */
export const deliverName = '__plazacastDeliver'

/**
 * The script that puts `window.plazacast` into the page before any of its own: the same two functions that Electron's
 * preload exposes. Only in the wall's own document; in any other the way back is taken away too.
 */
export function bridgeScript(address: string): string {
  return `(${installBridge})(${JSON.stringify({ address, bindingName, deliverName })})`
}

/** Runs in the page: it may use nothing from outside its own braces. Printing is taken away because its dialog stops the page. */
const installBridge = `(names) => {
  const tell = window[names.bindingName]
  delete window[names.bindingName]
  if (window !== window.top || !location.href.startsWith(names.address) || typeof tell !== 'function') return
  const listeners = new Set()
  const send = (message) => tell(String(JSON.stringify(message)))
  const onMessage = (listener) => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }
  const deliver = (message) => { for (const listener of [...listeners]) listener(message) }
  Object.defineProperty(window, 'print', { value: () => {} })
  Object.defineProperty(window, 'plazacast', { value: Object.freeze({ send, onMessage }), enumerable: true })
  Object.defineProperty(window, names.deliverName, { value: deliver })
}`
