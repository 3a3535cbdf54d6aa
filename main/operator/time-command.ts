import { type Command, command, withSettings } from '../adapters/command-line.ts'
import { connectOperatorBroker } from '../adapters/operator-broker.ts'
import { isSystemClockSynchronized } from '../adapters/system-time.ts'
import { runCommand, talk, untilInterrupted } from './console.ts'
import { privateKeyFor } from './keys.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { startTimeServer, steadySystemClock } from './time-server.ts'

type TimeOptions = SettingsOptions & { readonly json?: boolean }

const tellEveryMs = 60_000

/** `plazacast time`: the clock that walls go by. */
export function timeCommand(): Command {
  const one = command(
    'time',
    'tells every wall what time it is, so that schedules are right without internet and walls keep in step\n(runs until it is ended; signs with the operator key; this machine’s own clock has to be right, by NTP or PTP)',
    'plazacast time\nplazacast time --broker mqtts://broker.example:8883',
  ).option('--json', 'lines of JSON')
  return withSettings(one).action((options: TimeOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const { say, emit } = talk(options.json ?? false)
      const settings = await readSettings(options)
      const key = await privateKeyFor(settings.keys, 'operator')
      const broker = await connectOperatorBroker(settings.broker)
      const [clock, stopFollowing] = steadySystemClock()
      const server = await startTimeServer(broker, settings.topicPrefix, key, clock)
      const synchronized = await isSystemClockSynchronized()
      emit({ event: 'serving', synchronized })
      say(`${settingsLine(settings)} Telling the time to every wall that asks; Ctrl+C ends it.`)
      if (!synchronized)
        say('Warning: nothing says that this machine’s clock is synchronized. The walls will follow it all the same.')
      const timer = setInterval(() => {
        emit({ event: 'answered', questions: server.answered() })
        say(`${server.answered()} questions answered.`)
      }, tellEveryMs)
      await untilInterrupted(signal)
      clearInterval(timer)
      server.stop()
      stopFollowing()
      await broker.close()
      return 0
    }),
  )
}
