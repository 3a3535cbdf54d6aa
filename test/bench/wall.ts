/** One item of the loop that a player under test shows: a local file, and for a photo how long it stays. */
export type WallItem = {
  readonly file: string
  readonly mediaType: string
  readonly seconds?: number
  /** The file is the playlist of an HLS set, whose other files lie beside it. */
  readonly stream?: 'on-demand'
  /** Its sound is heard. */
  readonly audio?: boolean
}

/** Where and what to show; `host` only concerns the product itself, the rivals have no choice of it. */
export type WallOptions = {
  readonly display: string
  readonly width: number
  readonly height: number
  readonly items: readonly WallItem[]
  readonly host: 'chromium' | 'electron'
}

/** Starts a player that shows the items over and over, filling the display, each film whole; `stop` ends all of it. */
export type StartWall = (options: WallOptions) => Promise<{ stop(): Promise<void> }>
