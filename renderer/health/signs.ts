import type { VerdictShown } from '../../shared/technician/view.ts'

const space = 'http://www.w3.org/2000/svg'
const paths: Readonly<Record<VerdictShown, string>> = {
  ok: 'M15 27l8 8 15-17',
  degraded: 'M26 14v15M26 37v.5',
  failing: 'M17 17l18 18M35 17L17 35',
  unknown: 'M16 26h.5M26 26h.5M36 26h.5',
  silent: 'M14 38L38 14',
}

/** A sign beside the words: colours alone are not told apart by everybody, nor in the sun. */
export function verdictSign(verdict: VerdictShown): SVGSVGElement {
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 52 52')
  svg.setAttribute('class', 'sign')
  svg.setAttribute('aria-hidden', 'true')
  const circle = document.createElementNS(space, 'circle')
  for (const [name, value] of [
    ['cx', '26'],
    ['cy', '26'],
    ['r', '23'],
  ] as const)
    circle.setAttribute(name, value)
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', paths[verdict])
  svg.append(circle, path)
  return svg
}
