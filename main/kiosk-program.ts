import { supervise, wantsSupervisor } from './supervisor.ts'

// MQTT.js still calls url.parse(); its warning would be the first line of every log.
process.noDeprecation = true

// The entry of the kiosk's bundle: `plazacast player` without the rest of the command line, which starts sooner. Who only
// watches over the player loads nothing else: a dead player is started again by it that much sooner, and it needs less memory.
if (wantsSupervisor(process.argv.slice(2), process.env)) supervise()
else {
  const [{ playerCommand }, { usageExitCode }] = await Promise.all([
    import('./kiosk.ts'),
    import('./adapters/command-line.ts'),
  ])
  const command = playerCommand().exitOverride()
  await command.parseAsync(process.argv.slice(2), { from: 'user' }).catch((error: unknown) => {
    const code = usageExitCode(error)
    if (code === undefined) throw error
    process.exitCode = code
  })
}
