// npm run disk: disks with errors, and a small disk that is filled again and again, under a whole player but for its browser.
import { parseArgs } from 'node:util'
import { faultAt, suffer } from './faults.ts'
import { setScene } from './scene.ts'
import { fillAndHeal, mountVolume } from './volume.ts'

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '90' },
    from: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '64' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`npm run disk -- [--faults 90] [--from 0] [--rounds 20] [--megabytes 64]
  --faults     errors that are injected into the player's system calls (strace), each at another place
  --from       the number of the first one, to try one again
  --rounds     how often a small disk is filled to its last byte and emptied
  --megabytes  its size`)
} else {
  process.exitCode = (await disk()) ? 0 : 1
}

async function disk(): Promise<boolean> {
  const undo: (() => Promise<void>)[] = []
  const context = { after: (one: () => Promise<void>) => void undo.push(one) }
  const failed: string[] = []
  const tried = async (name: string, run: () => Promise<void>) => {
    try {
      await run()
      console.log(`ok: ${name}`)
    } catch (error) {
      failed.push(name)
      console.log(`FAILED: ${name}: ${String(error)}`)
    }
  }
  try {
    const faults = await setScene(context)
    const [from, count, rounds] = [Number(values.from), Number(values.faults), Number(values.rounds)]
    for (let index = from; index < from + count; index++) {
      const fault = faultAt(index)
      await tried(`fault ${index}: ${fault.name}`, () => suffer(faults, fault, index + 1))
    }
    const volume = rounds > 0 ? await mountVolume(Number(values.megabytes)) : undefined
    if (volume) undo.push(volume.unmount)
    const small = await setScene(context)
    if (volume)
      await tried(`${volume.kind}, filled ${rounds} times`, () => fillAndHeal(small, volume, rounds, console.log))
    else if (rounds > 0) console.log('nothing may be mounted here: no small disk was filled')
    console.log(`${count} faults, ${volume ? rounds : 0} rounds: ${failed.length} failed`)
    return failed.length === 0
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}
