// What a supervisor watches over in its test: a program that says its number, and that it runs and draws.

import { writeSync } from 'node:fs'
import { supervisedVariable, supervisorPipe, words } from '../../main/adapters/supervised.ts'
import { supervise } from '../../main/supervisor.ts'

if (process.env[supervisedVariable] === undefined) supervise()
else {
  const draw = () => writeSync(supervisorPipe, words.runs + words.drew)
  draw()
  setInterval(draw, 200)
  process.on('SIGTERM', () => process.exit(7))
  process.stdout.write(`child ${process.pid}\n`)
}
