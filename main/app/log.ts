/** One line about what happened, for people. `about` holds the details; no secret ever goes in. */
export type Log = (
  level: 'debug' | 'info' | 'warning' | 'error',
  message: string,
  about?: Record<string, unknown>,
) => void
