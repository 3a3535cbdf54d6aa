import { contextBridge, ipcRenderer } from 'electron'
import { fromScreenChannel, toScreenChannel } from './electron-channels.ts'

// Everything the page can reach of this program: the same two functions that the other host gives it.
if (process.isMainFrame) {
  contextBridge.exposeInMainWorld('plazacast', {
    send: (message: unknown) => ipcRenderer.send(fromScreenChannel, JSON.stringify(message)),
    onMessage(listener: (message: unknown) => void) {
      const heard = (_event: unknown, message: unknown) => listener(message)
      ipcRenderer.on(toScreenChannel, heard)
      return () => {
        ipcRenderer.off(toScreenChannel, heard)
      }
    },
  })
}
