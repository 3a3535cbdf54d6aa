import { playerCommand } from './kiosk.ts'

// MQTT.js still calls url.parse(); its warning would be the first line of every log.
process.noDeprecation = true

// The entry of the kiosk's bundle: `plazacast player` without the rest of the command line, which starts sooner.
await playerCommand().parseAsync(process.argv.slice(2), { from: 'user' })
