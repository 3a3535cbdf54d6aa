import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults, tryFault, untilWell } from './faults.ts'
import { untrueDuring } from './healthy.ts'
import { setWatchedWall } from './watched-wall.ts'

/** The rest takes longer: `npm run faults:health`. */
const quick = [
  'the page is covered in black',
  'the page’s process stands still',
  'the connection to the broker goes deaf',
]

test('a wall that plays, dark and black pictures among them, reports nothing; a black, a frozen and a deaf one each say so, and then that it is over', async (context) => {
  const wall = await setWatchedWall(context)
  await untilWell(wall, 'the wall is well')
  const short = { name: 'a black photo and a dark film', seconds: 12, begin: () => wall.push('short') }
  assert.deepEqual(await untrueDuring(wall, short), [])
  await wall.push('films')
  for (const fault of faults.filter(({ name }) => quick.includes(name))) {
    const { code, message, reportedSeconds } = await tryFault(wall, fault)
    context.diagnostic(`${fault.name}: ${code} after ${reportedSeconds.toFixed(1)} s: ${message}`)
  }
})
