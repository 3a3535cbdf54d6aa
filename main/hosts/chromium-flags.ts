import { statfsSync } from 'node:fs'

/** What the command line of a wall's browser depends on. */
export type FlagOptions = {
  readonly profileDir: string
  readonly headless: boolean
  readonly size: { readonly width: number; readonly height: number } | undefined
  readonly isRootOnLinux: boolean
  /** Without the graphics processor, whose driver may be what fails. */
  readonly isSafe?: boolean
}

/** The page the window opens with, until it is led to the wall's own: black, so that nothing bright is ever lit. */
export const blankPage = 'data:text/html,<html style="background:%23000;cursor:none">'

/**
 * Where the windows of a wall come up, in pixels from the display's left edge, until they are told where to be. Chromium opens every
 * window where its command line says, the second one too, whatever `Target.createTarget` is asked for: at the edge that one covered
 * a part of the picture for a tenth of a second.
 */
export const farLeft = -20_000

/** The command line of a Chromium that shows one page on a wall, asks nothing, offers nothing and calls nobody. */
export function chromiumFlags(options: FlagOptions): readonly string[] {
  const { width, height } = options.size ?? { width: 1920, height: 1080 }
  return [
    '--remote-debugging-pipe',
    `--user-data-dir=${options.profileDir}`,
    ...(options.headless ? ['--headless=new', '--mute-audio'] : []),
    ...(options.headless || options.size ? [`--window-size=${width},${height}`] : ['--kiosk', '--window-size=1,1']),
    ...(options.headless ? [] : [`--window-position=${options.size ? 0 : farLeft},0`]),
    `--app=${blankPage}`,
    ...(options.isRootOnLinux ? ['--no-sandbox', '--test-type'] : []),
    ...(options.isSafe ? ['--disable-gpu'] : []),
    ...(hasLittleSharedMemory() ? ['--disable-dev-shm-usage'] : []),
    ...steady,
    ...silent,
    ...alone,
    `--disable-features=${disabledFeatures.join(',')}`,
  ]
}

/** Keeps drawing at full rate, whatever dies and whatever the window manager believes of the window. */
const steady = [
  // Without it the third death of the GPU process ends the whole browser.
  '--disable-gpu-process-crash-limit',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-media-suspend',
  '--disable-hang-monitor',
  '--disable-ipc-flooding-protection',
  '--force-device-scale-factor=1',
  '--force-color-profile=srgb',
  // What is served is checked as it is read; a copy on the disk would not be, and would wear it out.
  '--disk-cache-size=1',
  '--media-cache-size=1',
]

/** Draws nothing but the page: no question, bubble, bar, menu or gesture. */
const silent = [
  '--no-first-run',
  '--no-default-browser-check',
  '--noerrdialogs',
  '--disable-infobars',
  '--disable-session-crashed-bubble',
  '--hide-crash-restore-bubble',
  '--disable-search-engine-choice-screen',
  '--disable-prompt-on-repost',
  '--deny-permission-prompts',
  '--disable-notifications',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-print-preview',
  '--disable-pinch',
  '--overscroll-history-navigation=0',
  '--force-dark-mode',
  '--password-store=basic',
  '--use-mock-keychain',
  '--lang=en-US',
]

/** Talks to the loopback server and to nobody else. */
const alone = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-component-extensions-with-background-pages',
  '--disable-client-side-phishing-detection',
  '--disable-domain-reliability',
  '--disable-field-trial-config',
  '--disable-sync',
  '--disable-quic',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--metrics-recording-only',
  '--no-pings',
  '--no-service-autorun',
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
]

/**
 * Chromium lets the film elements of a page share one connection to the compositor. The graphics process (seen in 156) then keeps
 * one end of a pipe, 0.5 KiB, for every film that an element has ever been given; a wall gives them thousands a day.
 */
export const sharedFilmConnection = 'UseVideoFrameSinkBundle'

const disabledFeatures = [
  sharedFilmConnection,
  'Translate',
  'OptimizationHints',
  'OptimizationGuideModelDownloading',
  'MediaRouter',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HardwareMediaKeyHandling',
  'CalculateNativeWinOcclusion',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'InterestFeedContentSuggestions',
  'CertificateTransparencyComponentUpdater',
  'AutofillServerCommunication',
  'PrivacySandboxSettings4',
  'IntensiveWakeUpThrottling',
  'BackForwardCache',
]

/** In a small container /dev/shm fills up and the pictures stop; the browser can use its temporary folder instead. */
function hasLittleSharedMemory(): boolean {
  if (process.platform !== 'linux') return false
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize < 512 * 2 ** 20
  } catch {
    // No /dev/shm at all.
    return true
  }
}
