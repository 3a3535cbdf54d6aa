// Loaded before each test file: one that leaves something open would never end, and has failed.
import { after } from 'node:test'

/** What ends by itself has ended by then. */
const patienceMs = 10_000

if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => {
      process.stderr.write(`left open: ${process.getActiveResourcesInfo().join(', ')}\n`)
      process.exit(1)
    }, patienceMs).unref()
  })
}
