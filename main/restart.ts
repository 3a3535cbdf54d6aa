/** A player ends with this code when it wants to be started again: EX_TEMPFAIL of sysexits.h. */
export const restartExitCode = 75

/**
 * Whether somebody starts a player that ends: systemd, which gives a service of type notify a NOTIFY_SOCKET, or a supervisor,
 * which sets PLAZACAST_SUPERVISED.
 */
export const isSupervised = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  Boolean(environment.NOTIFY_SOCKET ?? environment.PLAZACAST_SUPERVISED)
