import { mkdir, writeFile } from 'node:fs/promises'
import { between, type Chance, chanceFrom, oneOf, ridgeNoise } from './scenes/chance.ts'

/** Length of one stretch of the skyline in drawing units; three of them, the middle one mirrored, make the strip. */
const stretch = 3200
const ground = 400

/** Writes assets/slate/slate.html: the skyline of the slate as inline SVG, drawn from a seed. */
const main = async (): Promise<void> => {
  const folder = new URL('../../assets/slate/', import.meta.url).pathname
  await mkdir(folder, { recursive: true })
  const html = fragment()
  await writeFile(`${folder}slate.html`, html)
  console.log(`slate.html: ${html.length} bytes`)
}

const fragment = (): string => `<!-- Drawn by build/demo/slate.ts; styled by slate.css. -->
<div class="slate">
  <div class="slate-sun"></div>
  <svg class="slate-stars" viewBox="0 0 1600 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">${stars()}</svg>
  <svg class="slate-city" viewBox="0 0 ${stretch * 3} ${ground}" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
    <defs>
      ${gradient('far', '#b5507a', '#ff9f6b')}
      ${gradient('hills', '#7c3b84', '#d9657a')}
      ${gradient('back', '#57378c', '#b8557f')}
      ${gradient('rise', '#33297a', '#6a3a86')}
      ${gradient('front', '#20246e', '#3a2a7a')}
      ${gradient('shore', '#1c1e60', '#171b52')}
      ${gradient('haze', '#ff9a7000', '#ff9a7059')}
      ${rooms('dusk', 3, 0.16, '#ffc48f', 0.55)}
      ${rooms('busy', 9, 0.34, '#ffd894', 0.95)}
      ${rooms('late', 27, 0.2, '#ffe9bd', 0.9)}
      <g id="slate-stretch">
        <path fill="url(#slate-far)" d="${ridge(3, 250, 70, 1)}"/>
        <path fill="url(#slate-hills)" d="${ridge(19, 290, 80, 3)}"/>
        ${skyline({ seed: 5, least: 70, most: 225, widths: [3, 6], gap: 1, fill: 'back', rooms: ['dusk'] })}
        <path fill="url(#slate-haze)" d="M0 120H${stretch}V${ground}H0z"/>
        <path fill="url(#slate-rise)" d="${ridge(44, 345, 70, 3)}"/>
        ${skyline({ seed: 23, least: 46, most: 300, widths: [4, 8], gap: 5, fill: 'front', rooms: ['busy', 'late', 'late'] })}
      </g>
      <path id="slate-bank" fill="url(#slate-shore)" d="${ridge(31, 376, 30, 6)}"/>
    </defs>
    <g id="slate-strip">
      ${threefold('stretch')}
      ${threefold('bank')}
    </g>
  </svg>
  <svg class="slate-mirror" viewBox="0 0 ${stretch * 3} ${ground}" preserveAspectRatio="xMidYMax slice" aria-hidden="true"><use href="#slate-strip"/></svg>
  <div class="slate-river"></div>
  <svg class="slate-ripples" viewBox="0 0 1600 200" preserveAspectRatio="xMidYMin slice" aria-hidden="true">${ripples()}</svg>
  <p class="slate-name"></p>
</div>
`

const threefold = (name: string): string =>
  ['', ` transform="translate(${stretch * 2} 0) scale(-1 1)"`, ` transform="translate(${stretch * 2} 0)"`]
    .map((place) => `<use href="#slate-${name}"${place}/>`)
    .join('')

const gradient = (name: string, top: string, foot: string): string =>
  `<linearGradient id="slate-${name}" gradientUnits="userSpaceOnUse" x1="0" y1="120" x2="0" y2="${ground}"><stop stop-color="${top}"/><stop offset="1" stop-color="${foot}"/></linearGradient>`

const round = (value: number): number => Math.round(value * 10) / 10

// Both ends of a ridge come back to the same height, so that mirrored stretches join.
const ridge = (seed: number, height: number, swing: number, pace: number): string => {
  const noise = ridgeNoise(seed)
  const points: string[] = []
  for (let x = 0; x <= stretch; x += 32) {
    const joined = Math.min(1, x / 200, (stretch - x) / 200)
    points.push(`${x} ${round(height - noise((x / stretch) * 8 * pace) * swing * joined)}`)
  }
  // A little over each end, or a hairline shows where two stretches meet.
  return `M-2 ${ground}V${height}L${points.join('L')}L${stretch + 2} ${height}V${ground}z`
}

/** Width and height of one window with the wall around it; towers are whole numbers of windows wide. */
const bay = 7
const floor = 8

// Windows are a pattern and not shapes of their own: a few hundred bytes light the whole city.
const rooms = (name: string, seed: number, lit: number, colour: string, opacity: number): string => {
  const chance = chanceFrom(seed)
  let windows = ''
  for (let row = 0; row < 17; row += 1) {
    for (let column = 0; column < 13; column += 1) {
      if (chance() < lit) windows += `M${column * bay + 1.75} ${row * floor + 2}h3.5v4h-3.5z`
    }
  }
  return `<pattern id="slate-${name}" patternUnits="userSpaceOnUse" width="${13 * bay}" height="${17 * floor}"><path fill="${colour}" opacity="${opacity}" d="${windows}"/></pattern>`
}

/** A row of towers: heights over the water in drawing units, widths and gaps in windows. */
type Skyline = {
  readonly seed: number
  readonly least: number
  readonly most: number
  readonly widths: readonly [number, number]
  readonly gap: number
  readonly fill: string
  readonly rooms: readonly [string, ...string[]]
}

const skyline = (wanted: Skyline): string => {
  const chance = chanceFrom(wanted.seed)
  const swell = ridgeNoise(wanted.seed + 50, 2)
  const bodies: string[] = []
  const shades: string[] = []
  const lights = new Map<string, string>()
  for (let column = 1; column < stretch / bay - wanted.widths[1]; ) {
    const columns = Math.round(between(chance, ...wanted.widths))
    const share = Math.min(1, Math.max(0, 0.42 + swell((column * bay) / 240) * 0.8 + between(chance, -0.26, 0.26)))
    const top = ground - Math.round((wanted.least + (wanted.most - wanted.least) * share) / floor) * floor
    const [x, width] = [column * bay, columns * bay]
    bodies.push(tower(x, top, width, chance))
    shades.push(`M${x + Math.round(width * 0.62)} ${ground}V${top + 14}H${x + width}V${ground}z`)
    const room = oneOf(chance, wanted.rooms)
    lights.set(room, `${lights.get(room) ?? ''}M${x} ${top + 16}h${width}V${ground}h${-width}z`)
    column += columns + Math.round(between(chance, 0, wanted.gap))
  }
  const lit = [...lights].map(([room, path]) => `<path fill="url(#slate-${room})" d="${path}"/>`).join('')
  return `<path fill="url(#slate-${wanted.fill})" d="${bodies.join('')}"/><path fill="#120f4a" opacity=".22" d="${shades.join('')}"/>${lit}`
}

const tower = (x: number, top: number, width: number, chance: Chance): string => {
  const crown = oneOf(chance, ['flat', 'slant', 'step', 'spire', 'dome', 'flat', 'notch'])
  const right = x + width
  const third = Math.round(width / 3)
  if (crown === 'slant') return `M${x} ${ground}V${top + 12}L${right} ${top - 12}V${ground}z`
  if (crown === 'step')
    return `M${x} ${ground}V${top + 8}h${third}V${top - 6}h${width - third * 2}v14H${right}V${ground}z`
  if (crown === 'spire')
    return `M${x} ${ground}V${top + 4}l${round(width / 2 - 3)} -8l2 -34h2l2 34L${right} ${top + 4}V${ground}z`
  if (crown === 'dome')
    return `M${x} ${ground}V${top + 6}Q${round(x + width / 2)} ${top - 20} ${right} ${top + 6}V${ground}z`
  if (crown === 'notch') return `M${x} ${ground}V${top - 8}h${third}v12h${width - third * 2}v-20H${right}V${ground}z`
  return `M${x} ${ground}V${top}H${right}V${ground}z`
}

const stars = (): string => {
  const chance = chanceFrom(8)
  const star = () =>
    `<circle cx="${Math.round(between(chance, 0, 1600))}" cy="${Math.round(chance() ** 1.6 * 520)}" r="${round(between(chance, 0.5, 1.3))}" opacity="${round(between(chance, 0.2, 0.9))}"/>`
  return `<g fill="#e9e4ff">${Array.from({ length: 60 }, star).join('')}</g>`
}

// Each ripple is a lens, thin at its ends, as light lies on flat water.
const ripples = (): string => {
  const chance = chanceFrom(15)
  const lenses: string[] = []
  for (let index = 0; index < 64; index += 1) {
    const near = index / 64
    const reach = Math.round(between(chance, 12, 70) * (0.5 + near))
    const thick = round(0.8 + near * 2.2)
    const x = Math.round(800 + between(chance, -1, 1) ** 3 * (90 + near * 420))
    lenses.push(
      `M${x - reach} ${round(3 + near * 192)}q${reach} ${-thick} ${reach * 2} 0q${-reach} ${thick} ${-reach * 2} 0z`,
    )
  }
  return `<path fill="#ffd9a0" opacity=".5" d="${lenses.join('')}"/>`
}

await main()
