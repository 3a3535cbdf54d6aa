/** Text from elsewhere without what would steer a terminal: control and direction characters become `·`. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '·')

/** Columns that a text takes on a terminal: East Asian wide characters and emoji take two, combining ones none. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** Cuts a text to a width, with `…` where something is missing. */
export function cutTo(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const character of text) {
    used += characterWidth(character)
    if (used > width - 1) break
    cut += character
  }
  return `${cut}…`
}

/** Rows as lines with aligned columns, none wider than `width`; the widest columns give way. The first row is the heading. */
export function tableLines(rows: readonly (readonly string[])[], width: number): string[] {
  const clean = rows.map((row) => row.map(printable))
  const columns = Math.max(0, ...clean.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...clean.map((row) => textWidth(row[at] ?? ''))))
  while (sum(widths) + gap.length * (columns - 1) > width && Math.max(...widths) > narrowest) {
    widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1
  }
  return clean.map((row) =>
    row
      .map((cell, at) => padded(cutTo(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join(gap)
      .trimEnd(),
  )
}

const gap = '  '
const narrowest = 6
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)))

function characterWidth(character: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** The blocks of Unicode's East Asian Width W and F (UAX #11) that signage texts use. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u
