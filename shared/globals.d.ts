// The few web-standard globals that pure code may use: Node, Electron and browsers all have them, and they neither wait,
// draw, nor look at a clock. Everything else of the platform is out of reach in shared/.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: boolean })
  decode(bytes: Uint8Array): string
}
declare class URL {
  constructor(address: string, base?: string)
  readonly protocol: string
  readonly origin: string
  readonly search: string
  readonly username: string
  readonly password: string
  pathname: string
  readonly href: string
}
