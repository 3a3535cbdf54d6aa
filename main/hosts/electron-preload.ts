import { contextBridge, ipcRenderer, webFrame } from 'electron'
import { fromScreenChannel, toScreenChannel } from './electron-channels.ts'

// Everything the page can reach of this program: the same two functions that the other host gives it.
if (process.isMainFrame) {
  // Printing is taken away because its dialog stops the page.
  void webFrame.executeJavaScript("Object.defineProperty(window, 'print', { value: () => {} })")
  contextBridge.exposeInMainWorld('plazacast', {
    send: (message: unknown) => ipcRenderer.send(fromScreenChannel, String(JSON.stringify(message))),
    onMessage(listener: (message: unknown) => void) {
      const heard = (_event: unknown, message: unknown) => listener(message)
      ipcRenderer.on(toScreenChannel, heard)
      return () => {
        ipcRenderer.off(toScreenChannel, heard)
      }
    },
  })
}
