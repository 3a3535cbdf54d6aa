import qrcode from 'qrcode-generator'

/**
 * A QR code as lines of text, two rows of modules in each, with its quiet zone. `colours`: black on white by the terminal's own
 * colours; without, light modules are drawn as blocks, as suits a dark terminal.
 */
export function qrLines(content: string, colours: boolean): string[] {
  const code = qrcode(0, 'M')
  code.addData(content, 'Byte')
  code.make()
  const count = code.getModuleCount()
  const isDark = (row: number, column: number): boolean =>
    row >= 0 && column >= 0 && row < count && column < count && code.isDark(row, column)
  const quiet = 2
  const side = count + 2 * quiet
  return Array.from({ length: Math.ceil(side / 2) }, (_row, line) => {
    const cells = Array.from({ length: side }, (_column, column) => {
      const [upper, lower] = [0, 1].map((half) => isDark(2 * line + half - quiet, column - quiet) === colours)
      return blocks[Number(upper) + 2 * Number(lower)]
    })
    return colours ? `\x1b[30;107m${cells.join('')}\x1b[0m` : cells.join('')
  })
}

/** Nothing, the upper half, the lower half, both. */
const blocks = [' ', '▀', '▄', '█']
