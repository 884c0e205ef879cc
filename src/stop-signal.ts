const SAME_SIGNAL_MS = 500;

/**
 * Aborts at the first Ctrl-C, SIGTERM or closed terminal; a second ends the process at once. One
 * that follows in the same moment is the same one: npm passes on a Ctrl-C that the terminal has
 * sent to all of its processes already.
 */
export function stopSignal(own: NodeJS.Process, now: () => number): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = 0;
  const onSignal = () => {
    const at = now();
    if (stop.signal.aborted && at - stoppedAt > SAME_SIGNAL_MS) own.exit(1);
    if (stop.signal.aborted) return;
    stoppedAt = at;
    stop.abort();
  };
  own.on('SIGINT', onSignal);
  own.on('SIGTERM', onSignal);
  own.on('SIGHUP', onSignal);
  // Whoever started us with a channel has ended, and we end with it.
  if (own.connected === true) own.on('disconnect', onSignal);
  own.channel?.unref();
  return stop.signal;
}
