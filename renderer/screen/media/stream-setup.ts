import type { HlsConfig, LoadPolicy } from 'hls.js'

/** The script of the worker that takes segments apart, below the page's own address: a worker made of a blob is refused. */
const workerScript = 'hls-worker.js'

/** How far ahead of the picture is loaded, and how much behind it is kept, in seconds: a stream of a day needs no more. */
const aheadSeconds = 12
const behindSeconds = 4

/**
 * Parts of the library that are left out: what could bring in pictures that nobody approved (an interstitial is another
 * playlist, named within this one), and what would leave text tracks behind on an element that is used again. An `object`,
 * because the library's types know no way to leave a part out.
 */
const leftOut: object = {
  interstitialsController: undefined,
  contentSteeringController: undefined,
  subtitleStreamController: undefined,
  subtitleTrackController: undefined,
  timelineController: undefined,
  emeController: undefined,
  cmcdController: undefined,
}

/** How streams are played. Everything is kept small, since two may be open at once and the next one waits loaded. */
export function streamConfig(live: boolean, fromSeconds: number): Partial<HlsConfig> {
  return {
    autoStartLoad: false,
    enableWorker: true,
    workerPath: new URL(workerScript, document.baseURI).href,
    startPosition: live ? -1 : fromSeconds,
    maxBufferLength: aheadSeconds,
    maxMaxBufferLength: 2 * aheadSeconds,
    maxBufferSize: 0,
    backBufferLength: behindSeconds,
    liveDurationInfinity: true,
    lowLatencyMode: false,
    testBandwidth: false,
    abrEwmaDefaultEstimate: 5_000_000,
    capLevelToPlayerSize: live,
    preserveManualLevelOnError: !live,
    useMediaCapabilities: false,
    enableID3MetadataCues: false,
    enableDateRangeMetadataCues: false,
    enableEmsgMetadataCues: false,
    manifestLoadPolicy: policy(1),
    playlistLoadPolicy: policy(live ? 2 : 1),
    fragLoadPolicy: policy(1),
    keyLoadPolicy: policy(1),
    ...leftOut,
  }
}

/** Few and quick retries: a loop that goes on and comes back later is better than a wall that waits. */
function policy(retries: number): { default: LoadPolicy['default'] } {
  const retry = { maxNumRetry: retries, retryDelayMs: 300, maxRetryDelayMs: 1_000 }
  return { default: { maxTimeToFirstByteMs: 4_000, maxLoadTimeMs: 20_000, timeoutRetry: retry, errorRetry: retry } }
}
