import qrcode from 'qrcode-generator'

const svg = 'http://www.w3.org/2000/svg'
/** The empty border that scanners need, in modules (ISO/IEC 18004, 9.1). */
const quietModules = 4

/** A QR code of the text as an SVG, black on white, crisp at any size; undefined when the text is too long for one. */
export function drawQrCode(text: string): SVGSVGElement | undefined {
  const dark = darkModules(text)
  if (!dark) return undefined
  const size = dark.count + 2 * quietModules
  const root = document.createElementNS(svg, 'svg')
  const path = document.createElementNS(svg, 'path')
  root.setAttribute('viewBox', `${-quietModules} ${-quietModules} ${size} ${size}`)
  root.setAttribute('shape-rendering', 'crispEdges')
  path.setAttribute('d', dark.path)
  root.append(path)
  return root
}

function darkModules(text: string): { count: number; path: string } | undefined {
  const code = qrcode(0, 'M')
  try {
    code.addData(text)
    code.make()
  } catch {
    return undefined // 2,331 bytes are the most a code holds; the picture is shown without it
  }
  const count = code.getModuleCount()
  const places = Array.from({ length: count * count }, (_, at) => [Math.floor(at / count), at % count] as const)
  const path = places
    .filter(([row, column]) => code.isDark(row, column))
    .map(([row, column]) => `M${column} ${row}h1v1h-1z`)
    .join('')
  return { count, path }
}
