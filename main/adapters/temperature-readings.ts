import { readdir, readFile } from 'node:fs/promises'
import type { Readings } from '../../shared/health/health.ts'

type Temperature = Readings['temperatures'][number]
/** Where a sensor's values are found; names do not change while the machine runs. */
type Sensor = { readonly name: string; readonly valueFile: string; readonly criticalCelsius: number | null }

/** How often it is looked for new sensors: a driver may be loaded late. */
const searchEvery = 60

/**
 * Reads the thermal zones and hardware monitors of Linux (sysfs-class-thermal, hwmon/sysfs-interface: thousandths of a degree).
 * What reads as nonsense, as unplugged sensors do, is left out.
 */
export function createTemperatureReader(sysDir: string): () => Promise<Temperature[]> {
  let sensors: readonly Sensor[] = []
  let turn = 0
  return async () => {
    if (turn++ % searchEvery === 0) sensors = [...(await zonesIn(sysDir)), ...(await monitorsIn(sysDir))]
    const read = await Promise.all(sensors.map(readSensor))
    return read.filter((one) => one !== undefined)
  }
}

async function readSensor({ name, valueFile, criticalCelsius }: Sensor): Promise<Temperature | undefined> {
  const temperatureCelsius = await celsiusIn(valueFile)
  return temperatureCelsius === undefined ? undefined : { sensor: name, temperatureCelsius, criticalCelsius }
}

async function zonesIn(sysDir: string): Promise<Sensor[]> {
  const folder = `${sysDir}/class/thermal`
  const zones = (await namesIn(folder)).filter((name) => name.startsWith('thermal_zone'))
  return Promise.all(
    zones.map(async (zone) => {
      const name = (await textIn(`${folder}/${zone}/type`)) ?? zone
      return { name, valueFile: `${folder}/${zone}/temp`, criticalCelsius: await criticalTrip(`${folder}/${zone}`) }
    }),
  )
}

async function criticalTrip(zone: string): Promise<number | null> {
  for (const name of await namesIn(zone)) {
    const [, trip] = /^(trip_point_\d+)_type$/.exec(name) ?? []
    if (trip && (await textIn(`${zone}/${name}`)) === 'critical')
      return (await celsiusIn(`${zone}/${trip}_temp`)) ?? null
  }
  return null
}

async function monitorsIn(sysDir: string): Promise<Sensor[]> {
  const folder = `${sysDir}/class/hwmon`
  const monitors = await Promise.all(
    (await namesIn(folder)).map(async (monitor) => {
      const name = (await textIn(`${folder}/${monitor}/name`)) ?? monitor
      const inputs = (await namesIn(`${folder}/${monitor}`)).flatMap(
        (file) => /^(temp\d+)_input$/.exec(file)?.[1] ?? [],
      )
      return Promise.all(
        inputs.map(async (input) => {
          const base = `${folder}/${monitor}/${input}`
          const label = (await textIn(`${base}_label`)) ?? input
          const criticalCelsius = (await celsiusIn(`${base}_crit`)) ?? null
          return { name: `${name} ${label}`, valueFile: `${base}_input`, criticalCelsius }
        }),
      )
    }),
  )
  return monitors.flat()
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

const textIn = async (file: string): Promise<string | undefined> =>
  (await readFile(file, 'utf8').catch(() => undefined))?.trim()

async function celsiusIn(file: string): Promise<number | undefined> {
  const text = await textIn(file)
  const degrees = text === undefined || text === '' ? Number.NaN : Number(text) / 1000
  return degrees > -55 && degrees < 200 && degrees !== 0 ? degrees : undefined
}
