/**
 * Runs `write` with small buffers that have memory of their own, not slices of Node's pool. mqtt-packet 9.0.2 keeps four bytes
 * for every length of a packet that it has ever written (up to 16,384 of them), and a slice that is kept keeps all 64 KiB of
 * its pool: a player that reports for weeks would hold hundreds of megabytes by it.
 */
export function unpooled<Result>(write: () => Result): Result {
  const { poolSize } = Buffer
  Buffer.poolSize = 0
  try {
    return write()
  } finally {
    Buffer.poolSize = poolSize
  }
}
