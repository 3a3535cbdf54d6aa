import { join } from 'node:path'
import { app } from 'electron'
import { blackFrames } from './black-frames.ts'
import { sharedFilmConnection } from './chromium-flags.ts'

/** Sets what Electron reads only once, before it is ready: a browser that never stops drawing and calls nobody. */
export function setElectronSwitches(): void {
  // A player that was started again and again may have a driver that fails.
  if (process.env.PLAZACAST_SAFE_MODE === '1') app.commandLine.appendSwitch('disable-gpu')
  // GTK reads these when Electron is ready.
  Object.assign(process.env, blackFrames(join(app.getPath('userData'), 'gtk'), process.env))
  for (const [name, value] of switches) app.commandLine.appendSwitch(name, value)
  // Crashes are healed, not shown: nobody stands there to close a dialog.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, decide) => {
    event.preventDefault()
    decide(false)
  })
  // The wall's window is made anew when it is lost; Electron would end with its last one.
  app.on('window-all-closed', () => {})
}

const switches: readonly (readonly [string, string?])[] = [
  // Without it the third death of the GPU process ends the whole program.
  ['disable-gpu-process-crash-limit'],
  ['autoplay-policy', 'no-user-gesture-required'],
  ['disable-background-timer-throttling'],
  ['disable-backgrounding-occluded-windows'],
  ['disable-renderer-backgrounding'],
  ['disable-background-media-suspend'],
  ['disable-pinch'],
  ['overscroll-history-navigation', '0'],
  ['force-device-scale-factor', '1'],
  ['force-color-profile', 'srgb'],
  ['no-proxy-server'],
  ['host-resolver-rules', 'MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-quic'],
  ['no-pings'],
  [
    'disable-features',
    `CalculateNativeWinOcclusion,HardwareMediaKeyHandling,MediaSessionService,IntensiveWakeUpThrottling,${sharedFilmConnection}`,
  ],
]
