import type { ReasonCode } from '../health/codes.ts'
import type { Readings } from '../health/health.ts'
import type { Language } from '../texts/bilingual.ts'
import { clockPhrases, phrase, remedyPhrases } from '../texts/phrases.ts'
import { countText, sizeText, spanText, timeText } from './amounts.ts'
import type { TechnicianReport } from './report.ts'
import type { Words } from './texts.ts'

/** A line of a list; `isBad`: a reason that is given is about it. */
export type Row = { readonly label: string; readonly value: string; readonly isBad: boolean }

/** What was measured, line by line. What is bad is so because health says so: a page with an opinion of its own would differ. */
export function machineRows(report: TechnicianReport, words: Words, language: Language): Row[] {
  const { health } = report
  if (!health) return []
  const { readings } = health
  const { rows } = words
  const given = new Set(health.reasons.map(({ code }) => code))
  const row = (label: string, value: string | undefined, ...codes: ReasonCode[]): Row => ({
    label,
    value: value ?? words.unread,
    isBad: codes.some((code) => given.has(code)),
  })
  const { disk, memory, cpu, picture, recovery, database, quarantinedItems } = readings
  const unacknowledged = database?.unacknowledgedPlays
  const leftOut = quarantinedItems.join(', ')
  return [
    row(rows.display, words.wallPower[readings.wallPower], 'wall-unpowered'),
    ...networkRows(readings.network, words, row),
    row(rows.broker, brokerLine(report, words, language), 'broker-lost', 'broker-deaf', 'other-player-with-my-id'),
    row(rows.clock, clockLine(readings.clock, words, language), 'clock-wrong', 'clock-unknown', 'clock-stale'),
    row(rows.disk, freeText(disk?.freeBytes, disk?.totalBytes, words), 'disk-full', 'disk-low', 'storage-failing'),
    row(rows.temperature, hottestText(readings.temperatures), 'cpu-hot', 'temperature-high'),
    row(rows.memory, freeText(memory?.availableBytes, memory?.totalBytes, words), 'memory-high'),
    row(rows.processor, cpu ? words.percent(String(Math.round(cpu.systemPercent))) : undefined, 'cpu-busy'),
    row(
      rows.frames,
      words.framesOf(countText(picture.droppedFrames, language), countText(picture.presentedFrames, language)),
      'frames-dropped',
    ),
    ...(recovery ? [row(rows.recovery, recoveryLine(recovery, language), 'recovery-climbing')] : []),
    ...(leftOut === '' ? [] : [row(rows.leftOut, leftOut, 'item-quarantined')]),
    ...(typeof unacknowledged === 'number' ? [row(rows.plays, countText(unacknowledged, language))] : []),
    row(rows.uptime, spanText(readings.uptime.playerSeconds, words)),
  ]
}

/** By which address others reach it; without one, whoever stands here looks for the cable. */
function networkRows(
  network: Readings['network'],
  words: Words,
  row: (label: string, value: string, ...codes: ReasonCode[]) => Row,
): Row[] {
  if (network.length === 0) return []
  const lines = network
    .filter(({ isUp }) => isUp)
    .map((line) => [line.interface, ...line.addresses.slice(0, 1)].join(' '))
  const { network: label } = words.rows
  return lines.length > 0 ? lines.map((line) => row(label, line)) : [row(label, words.noNetwork, 'broker-lost')]
}

function brokerLine({ health, timeZone, at }: TechnicianReport, words: Words, language: Language): string {
  const broker = health?.readings.broker
  if (!broker) return words.noBroker
  const since = timeText(Date.parse(broker.since), timeZone, language, Date.parse(at))
  return broker.connected ? words.connected(since) : words.disconnected(since)
}

function clockLine({ trust, source, ageSeconds }: Readings['clock'], words: Words, language: Language): string {
  const age = ageSeconds === null ? [] : [words.ago(spanText(ageSeconds, words))]
  return [words.clockTrust[trust], clockPhrases[source][language], ...age].join(' · ')
}

function freeText(freeBytes: number | undefined, totalBytes: number | undefined, words: Words): string | undefined {
  if (freeBytes === undefined || totalBytes === undefined) return undefined
  return words.free(sizeText(freeBytes), sizeText(totalBytes))
}

function hottestText(temperatures: Readings['temperatures']): string | undefined {
  const [hottest] = temperatures.toSorted((one, other) => other.temperatureCelsius - one.temperatureCelsius)
  return hottest && `${Math.round(hottest.temperatureCelsius)} °C · ${hottest.sensor}`
}

function recoveryLine({ rung, reason }: Exclude<Readings['recovery'], null>, language: Language): string {
  const known = Object.entries(remedyPhrases).find(([name]) => name === rung)?.[1]
  return [known?.[language] ?? rung, phrase(reason)[language]].filter((text) => text !== '').join(' · ')
}
