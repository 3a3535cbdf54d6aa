import { setTimeout as pause } from 'node:timers/promises'

/** Waits for the thing itself, with a deadline; `everyMs`: how often it is looked at. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
  everyMs = 10,
): Promise<void> {
  const until = performance.now() + deadlineMs
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`${what}: not within ${deadlineMs} ms`)
    await pause(everyMs)
  }
}
