import type { Session, WebContents } from 'electron'

/** Refuses what a page in this session could ask of the system or the network, save its own address. */
export function refuseForSession(session: Session, address: string): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !url.startsWith(address) && !/^(blob|data):/.test(url) })
  })
}

/** Refuses what would lead a window away from the wall's page, or open another one beside it. */
export function refuseForWindow(contents: WebContents, address: string): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => isPage(event.url, address) || event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('before-input-event', (event) => event.preventDefault())
  // A page may not ask to stay when it is to be made anew.
  contents.on('will-prevent-unload', (event) => event.preventDefault())
}

/** Whether this is the wall's own document. */
export const isPage = (url: string, address: string): boolean => url === address || url.startsWith(`${address}#`)
