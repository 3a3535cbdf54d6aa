/** Whether a display takes the picture. `unknown`: this machine does not tell, or has not yet. */
export const wallPowers = ['on', 'off', 'unknown'] as const
export type WallPower = (typeof wallPowers)[number]

/** A connector of a graphics card, in the words of Linux (drivers/gpu/drm/drm_sysfs.c). */
export type Connector = {
  readonly name: string
  /** `connected`, `disconnected` or `unknown`, as the driver last found it. */
  readonly status: string
  /** `enabled` while something is to be drawn on it. */
  readonly enabled: string
  /** `On`, `Standby`, `Suspend` or `Off`. */
  readonly dpms: string
}

/** What has been seen of the displays so far. `wasOn`: one was on at some time, so that this machine does tell. */
export type DisplaysSeen = {
  readonly wasOn: boolean
  /** Looks in a row that found none; undefined: the last one could read nothing. */
  readonly looksWithout: number | undefined
}

/** A cable that is plugged in anew, or a mode that is set anew, has no display for a moment. */
const looksUntilOff = 2

/**
 * Takes in one more look; undefined: nothing can be read. Nothing is concluded where no display was ever on: a screen that is only
 * in memory, a virtual machine, or a driver that says `disabled` whatever is on (NVIDIA's, open-gpu-kernel-modules #889).
 */
export function seeDisplays(before: DisplaysSeen, connectors: readonly Connector[] | undefined): DisplaysSeen {
  if (!connectors) return { ...before, looksWithout: undefined }
  if (connectors.some(isOn)) return { wasOn: true, looksWithout: 0 }
  return { ...before, looksWithout: (before.looksWithout ?? 0) + 1 }
}

export function wallPowerOf({ wasOn, looksWithout }: DisplaysSeen): WallPower {
  if (looksWithout === undefined || !wasOn) return 'unknown'
  return looksWithout >= looksUntilOff ? 'off' : 'on'
}

/** A connector that cannot tell whether something is plugged in, such as VGA's, counts as long as it is drawn on. */
const isOn = ({ status, enabled, dpms }: Connector): boolean =>
  status !== 'disconnected' && enabled === 'enabled' && dpms === 'On'
