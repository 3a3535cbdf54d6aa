import type { Bilingual, TextValue, TextValues } from '../texts/bilingual.ts'
import { clockPhrases, phrase, remedyPhrases } from '../texts/phrases.ts'
import { amountText } from './amounts.ts'
import type { ReasonCode } from './codes.ts'
import type { Readings } from './health.ts'

/** What a reason's sentence is filled with, by name. */
export type Values = TextValues

/**
 * When a reason is given. `found` says what is wrong, or undefined; `isGiven` tells it that the reason is already given, so
 * that it may be left at another value than it was entered at; `atMs`: now, in milliseconds since 1970. What is found must last `enterMs` to be given, and be gone
 * for `leaveMs` to be taken back.
 */
export type Rule = {
  readonly enterMs: number
  readonly leaveMs: number
  readonly found: (readings: Readings, isGiven: boolean, atMs: number) => Values | undefined
}

const { bytes, percent, celsius } = amountText
const span = (ms: number): TextValue => ({ ms })
const mebibyte = 1024 * 1024
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A page speaks once a second, after a frame. */
const silentMs = 4_000
/** After the start of a player its page may take this long to say its first word. */
const firstWordSeconds = 20
/** Pings go out every two seconds when nothing is heard. */
const deafMs = 6_000
/** An echo goes out every half minute, and is back in less than a second. */
const echoMs = 15_000

/** Every reason, with what leads to it. The numbers are explained in the documents. */
export const rules: Readonly<Record<ReasonCode, Rule>> = {
  'picture-frozen': {
    enterMs: 0,
    leaveMs: 2_000,
    found({ picture, uptime }) {
      const ageMs = picture.beatAgeMs ?? (uptime.playerSeconds > firstWordSeconds ? uptime.playerSeconds * 1000 : 0)
      return ageMs > silentMs ? { age: span(ageMs) } : undefined
    },
  },
  'picture-black': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ picture }) =>
      isBlackFor(picture, 3_000) && picture.blackByItself !== true ? { age: span(picture.blackMs ?? 0) } : undefined,
  },
  'content-black': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ picture }) =>
      isBlackFor(picture, minuteMs) && picture.blackByItself === true
        ? { age: span(picture.blackMs ?? 0), on: picture.on ?? '' }
        : undefined,
  },
  'film-still': {
    enterMs: 0,
    leaveMs: 2_000,
    found: ({ picture: { frameAgeMs, on } }) =>
      frameAgeMs !== null && frameAgeMs > 8_000 ? { age: span(frameAgeMs), on: on ?? '' } : undefined,
  },
  'wall-unpowered': {
    enterMs: 2_000,
    leaveMs: 2_000,
    found: ({ wallPower, picture }) => (wallPower === 'off' && picture.kind !== 'dark' ? {} : undefined),
  },
  'slate-shown': {
    enterMs: 5_000,
    leaveMs: 0,
    found: ({ picture }) => (picture.kind === 'slate' ? { why: phrase(picture.on ?? '') } : undefined),
  },
  'wall-dark': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ picture }) => (picture.kind === 'dark' ? { why: phrase(picture.on ?? '') } : undefined),
  },
  'frames-dropped': {
    enterMs: 4_000,
    leaveMs: 30_000,
    found: ({ picture: { droppedPercent } }, isGiven) =>
      droppedPercent !== null && droppedPercent > (isGiven ? 2 : 5) ? { share: percent(droppedPercent) } : undefined,
  },
  'item-quarantined': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ quarantinedItems }) =>
      quarantinedItems.length > 0 ? { items: quarantinedItems.slice(0, 5).join(', ') } : undefined,
  },
  'recovery-climbing': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ recovery }) => (recovery ? { rung: remedyText(recovery.rung), why: phrase(recovery.reason) } : undefined),
  },
  'disk-full': {
    enterMs: 2_000,
    leaveMs: 10_000,
    found: ({ disk }, isGiven) => lowDisk(disk, 32 * mebibyte, 1 / 50, isGiven) ?? fewInodes(disk, isGiven),
  },
  'disk-low': {
    enterMs: 2_000,
    leaveMs: 10_000,
    // The cache leaves 512 MiB or a sixteenth: whoever takes half of that away is somebody else.
    found: ({ disk }, isGiven) => lowDisk(disk, 256 * mebibyte, 1 / 32, isGiven),
  },
  'storage-failing': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ storageFailure }) => (storageFailure === null ? undefined : { why: storageFailure }),
  },
  'database-damaged': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ database }) => (database?.damage == null ? undefined : { what: database.damage }),
  },
  'downloads-failing': {
    enterMs: 4_000,
    leaveMs: 5_000,
    found: ({ cache }) =>
      cache.failing > 0 || (cache.shortOf !== null && cache.missingAssets > 0)
        ? { count: String(Math.max(cache.failing, 1)), why: phrase(cache.shortOf ?? 'the last tries failed') }
        : undefined,
  },
  'cpu-hot': { enterMs: 3_000, leaveMs: 20_000, found: (readings, isGiven) => hot(readings, true, isGiven) },
  'temperature-high': { enterMs: 3_000, leaveMs: 20_000, found: (readings, isGiven) => hot(readings, false, isGiven) },
  'cpu-busy': {
    enterMs: minuteMs,
    leaveMs: 20_000,
    found: ({ cpu }, isGiven) =>
      cpu && cpu.systemPercent > (isGiven ? 85 : 95)
        ? { share: percent(cpu.systemPercent), player: percent(cpu.playerPercent) }
        : undefined,
  },
  'memory-high': {
    enterMs: 4_000,
    leaveMs: 20_000,
    found: ({ memory }, isGiven) =>
      memory && memory.availableBytes < memory.totalBytes * (isGiven ? 0.08 : 0.05)
        ? { free: bytes(memory.availableBytes), player: bytes(memory.playerBytes) }
        : undefined,
  },
  'clock-wrong': {
    enterMs: 2_000,
    leaveMs: 10_000,
    found({ clock: { systemAheadMs, source } }, isGiven) {
      if (systemAheadMs === null || Math.abs(systemAheadMs) <= (isGiven ? 20_000 : 60_000)) return undefined
      return {
        difference: span(Math.abs(systemAheadMs)),
        direction: systemAheadMs > 0 ? ahead : behind,
        source: clockPhrases[source],
      }
    },
  },
  'clock-unknown': {
    enterMs: 5_000,
    leaveMs: 0,
    found: ({ clock }) => (clock.trust === 'unknown' ? {} : undefined),
  },
  'clock-stale': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ clock: { trust, ageSeconds } }) =>
      trust === 'holdover' && ageSeconds !== null && ageSeconds * 1000 > 24 * hourMs
        ? { age: span(ageSeconds * 1000) }
        : undefined,
  },
  'broker-lost': {
    enterMs: 5_000,
    leaveMs: 0,
    found: ({ broker }, _isGiven, atMs) =>
      broker && !broker.connected ? { age: span(Math.max(0, atMs - Date.parse(broker.since))) } : undefined,
  },
  'broker-deaf': {
    enterMs: 0,
    leaveMs: 0,
    found({ broker }) {
      if (!broker?.connected) return undefined
      if ((broker.heardAgeMs ?? 0) > deafMs) return { age: span(broker.heardAgeMs ?? 0) }
      return (broker.echoMissingMs ?? 0) > echoMs ? { age: span(broker.echoMissingMs ?? 0) } : undefined
    },
  },
  'other-player-with-my-id': {
    enterMs: 0,
    leaveMs: 0,
    found: ({ broker }) =>
      broker?.displacedAgeMs != null && broker.displacedAgeMs < 2 * minuteMs
        ? { age: span(broker.displacedAgeMs) }
        : undefined,
  },
}

const ahead: Bilingual = { en: 'ahead', zh: '快' }
const behind: Bilingual = { en: 'behind', zh: '慢' }

const remedyText = (rung: string): TextValue =>
  Object.entries(remedyPhrases).find(([name]) => name === rung)?.[1] ?? rung

/** Only while something should be seen; a slate is never black. */
const isBlackFor = ({ kind, blackMs }: Readings['picture'], ms: number): boolean =>
  (kind === 'film' || kind === 'photo' || kind === 'slate') && blackMs !== null && blackMs >= ms

/** A reason that is given is left at half as much again. */
function lowDisk(disk: Readings['disk'], leastBytes: number, share: number, isGiven: boolean): Values | undefined {
  if (!disk || disk.totalBytes === 0) return undefined
  const limitBytes = Math.min(leastBytes, disk.totalBytes * share) * (isGiven ? 1.5 : 1)
  return disk.freeBytes < limitBytes ? { free: bytes(disk.freeBytes), total: bytes(disk.totalBytes) } : undefined
}

/** A volume can be full of small files. One that counts none, as btrfs does, says 0 of 0. */
function fewInodes(disk: Readings['disk'], isGiven: boolean): Values | undefined {
  if (!disk || disk.totalInodes === 0 || disk.freeInodes >= (isGiven ? 200 : 100)) return undefined
  return { free: `${disk.freeInodes} inodes`, total: `${disk.totalInodes} inodes` }
}

const isProcessor = (sensor: string): boolean => /cpu|core|package|x86_pkg|k10temp|zenpower|soc|tctl|tdie/i.test(sensor)

/**
 * The hottest sensor of the kind that is too hot. A sensor that says where it is critical is too hot 8 °C before; a processor
 * that does not at 90 °C, and what else there is (disks, boards) at 75 °C. 6 °C lower it is well again.
 */
function hot({ temperatures }: Readings, processor: boolean, isGiven: boolean): Values | undefined {
  const margin = isGiven ? 6 : 0
  const limitOf = (critical: number | null) => (critical === null ? (processor ? 90 : 75) : critical - 8) - margin
  const [hottest] = temperatures
    .filter(({ sensor }) => isProcessor(sensor) === processor)
    .filter(({ temperatureCelsius, criticalCelsius }) => temperatureCelsius >= limitOf(criticalCelsius))
    .toSorted((a, b) => b.temperatureCelsius - a.temperatureCelsius)
  return hottest && { temperature: celsius(hottest.temperatureCelsius), sensor: hottest.sensor }
}
