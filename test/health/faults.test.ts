import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blamed, faults, tryFault, untilWell } from './faults.ts'
import { setWatchedWall } from './watched-wall.ts'

/** The rest takes longer: `npm run faults:health`. */
const quick = [
  'the page is covered in black',
  'the page’s process stands still',
  'the connection to the broker goes deaf',
]

test('a wall that plays reports nothing; a black, a frozen and a deaf one each say so, and then that it is over', async (context) => {
  const wall = await setWatchedWall(context)
  await untilWell(wall, 'the wall is well')
  assert.deepEqual(
    wall.heard
      .slice(1)
      .flatMap(blamed)
      .filter((code) => code.startsWith('picture')),
    [],
  )
  for (const fault of faults.filter(({ name }) => quick.includes(name))) {
    const { code, message, reportedSeconds } = await tryFault(wall, fault)
    context.diagnostic(`${fault.name}: ${code} after ${reportedSeconds.toFixed(1)} s: ${message}`)
  }
})
