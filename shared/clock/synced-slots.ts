import { z } from 'zod'

/**
 * A loop with fixed times, the same on every wall that has the same playlists, whatever each has on its disk: `[key, ms,
 * fadeMs]` for each slot in order, `key` an index into `keys`, or -1 for a pause. It begins anew for ever; it began in 1970.
 */
export const syncLoop = z.strictObject({
  keys: z.array(z.string()),
  slots: z.array(z.tuple([z.int(), z.int().min(1), z.int().min(0)])).min(1),
})
export type SyncLoop = z.infer<typeof syncLoop>
