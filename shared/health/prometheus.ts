import type { Health, Readings } from './health.ts'
import { verdicts } from './health.ts'

type Sample = { readonly value: number | null | undefined; readonly labels?: Readonly<Record<string, string>> }
type Metric = {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: readonly Sample[]
}

/**
 * A player's health in the text format of Prometheus, version 0.0.4. Names end in their base unit, as its naming rules ask:
 * seconds, bytes, celsius, ratio. What is not known is left out.
 */
export function prometheusText(player: string, health: Health): string {
  return metricsOf(health)
    .map((metric) => ({ ...metric, samples: metric.samples.filter(isKnown) }))
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const full = `plazacast_${name}`
      const lines = samples.map(({ value, labels = {} }) => `${full}${labelText({ player, ...labels })} ${value}`)
      return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines].join('\n')
    })
    .join('\n')
    .concat('\n')
}

const isKnown = ({ value }: Sample): boolean => value != null && Number.isFinite(value)

const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const gauge = (name: string, help: string, ...samples: Sample[]): Metric => ({ name, type: 'gauge', help, samples })
const counter = (name: string, help: string, ...samples: Sample[]): Metric => ({ name, type: 'counter', help, samples })
const one = (value: number | null | undefined): Sample => ({ value })
const ratio = (percent: number | null | undefined): Sample => one(percent == null ? percent : percent / 100)
const seconds = (ms: number | null | undefined): Sample => one(ms == null ? ms : ms / 1000)

function metricsOf({ verdict, reasons, readings }: Health): Metric[] {
  const { cpu, memory, disk, network, clock, uptime, picture, cache, database, broker, lastFault } = readings
  const lines = (value: (line: Readings['network'][number]) => Sample['value']): Sample[] =>
    network.map((line) => ({ value: value(line), labels: { device: line.interface } }))
  return [
    gauge('health', 'The verdict: 0 ok, 1 degraded, 2 failing.', one(verdicts.indexOf(verdict))),
    gauge(
      'health_reason',
      'A reason that is given.',
      ...reasons.map(({ code, gravity }) => ({ value: 1, labels: { code, gravity } })),
    ),
    gauge('system_cpu_ratio', 'How busy all cores are together.', ratio(cpu?.systemPercent)),
    gauge('player_cpu_ratio', 'What the player takes of one core.', ratio(cpu?.playerPercent)),
    gauge('system_memory_available_bytes', 'Memory that can still be had.', one(memory?.availableBytes)),
    gauge('system_memory_total_bytes', 'Memory that is there.', one(memory?.totalBytes)),
    gauge(
      'player_memory_bytes',
      'Memory of the player by part.',
      ...(memory?.processes ?? []).map(({ kind, memoryBytes }) => ({ value: memoryBytes, labels: { process: kind } })),
    ),
    gauge(
      'temperature_celsius',
      'Temperature by sensor.',
      ...readings.temperatures.map(({ sensor, temperatureCelsius }) => ({
        value: temperatureCelsius,
        labels: { sensor },
      })),
    ),
    gauge('disk_free_bytes', 'Free on the volume of the data folder.', one(disk?.freeBytes)),
    gauge('disk_total_bytes', 'Size of the volume of the data folder.', one(disk?.totalBytes)),
    gauge('disk_free_inodes', 'Files that can still be made on it.', one(disk?.freeInodes)),
    gauge(
      'network_up',
      '1 while a line to the network is plugged in and in use.',
      ...lines(({ isUp }) => Number(isUp)),
    ),
    gauge(
      'network_speed_bytes',
      'What a line carries in a second.',
      ...lines((it) => bytesOfMegabits(it.megabitsPerSecond)),
    ),
    counter('network_receive_bytes_total', 'What came over a line.', ...lines((it) => it.receivedBytes)),
    counter('network_transmit_bytes_total', 'What went over a line.', ...lines((it) => it.sentBytes)),
    counter('network_errors_total', 'What was broken on the way, in both directions.', ...lines((it) => it.errors)),
    gauge('clock_trusted', '1 trusted, 0.5 held over, 0 unknown.', one(clockValue[clock.trust])),
    gauge('clock_age_seconds', 'Since the time was last confirmed.', one(clock.ageSeconds)),
    gauge('clock_system_ahead_seconds', 'How far the system’s clock is ahead.', seconds(clock.systemAheadMs)),
    counter('system_uptime_seconds_total', 'Since the machine started.', one(uptime.systemSeconds)),
    counter('player_uptime_seconds_total', 'Since the player started.', one(uptime.playerSeconds)),
    counter('presented_frames_total', 'Frames of films that came onto the wall.', one(picture.presentedFrames)),
    counter('dropped_frames_total', 'Frames of films that did not.', one(picture.droppedFrames)),
    gauge('wall_powered', '1 while a display is on, 0 when none is.', one(powerValue[readings.wallPower])),
    gauge('page_beat_age_seconds', 'Since the page last drew and said so.', seconds(picture.beatAgeMs)),
    gauge('picture_black_seconds', 'How long the picture has been black.', seconds(picture.blackMs)),
    gauge('cache_held_assets', 'Assets on disk.', one(cache.heldAssets)),
    gauge('cache_held_bytes', 'Bytes of the assets on disk.', one(cache.heldBytes)),
    gauge('cache_missing_assets', 'Assets that are wanted and not here.', one(cache.missingAssets)),
    gauge('cache_missing_bytes', 'Bytes that are wanted and not here.', one(cache.missingBytes)),
    gauge('cache_failing_downloads', 'Downloads that wait after a failure.', one(cache.failing)),
    gauge('database_bytes', 'Size of the database.', one(database?.sizeBytes)),
    gauge('database_wal_bytes', 'Size of the log beside it.', one(database?.walBytes)),
    gauge('outbox_messages', 'Messages that wait for the broker.', one(database?.outboxMessages)),
    gauge('unacknowledged_plays', 'Showings nobody has acknowledged.', one(database?.unacknowledgedPlays)),
    gauge('broker_connected', '1 while connected.', one(broker ? Number(broker.connected) : undefined)),
    counter('broker_reconnects_total', 'Connections after the first.', one(broker?.reconnects)),
    gauge('broker_heard_age_seconds', 'Since anything came from the broker.', seconds(broker?.heardAgeMs)),
    gauge('last_fault_timestamp_seconds', 'When the newest event was that is an error, since 1970.', {
      value: lastFault && Date.parse(lastFault.at) / 1000,
      labels: { code: lastFault?.code ?? '' },
    }),
    gauge('quarantined_items', 'Items left out because they fail.', one(readings.quarantinedItems.length)),
  ]
}

const bytesOfMegabits = (megabits: number | null): number | null => (megabits === null ? null : megabits * 125_000)

const powerValue = { on: 1, off: 0, unknown: undefined } as const
const clockValue = { trusted: 1, holdover: 0.5, unknown: 0 } as const
