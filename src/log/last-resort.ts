/**
 * Threat: what nobody caught ends the process in the middle of its work with its insides on the
 * terminal, or leaves it going on in a state that nobody knows (ASVS 5.0 V16.5.4).
 */
import { every, LOG_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { Log } from './log.ts';

interface LastResortOptions {
  readonly log: Log;
  /** Hears of every error and rejection that nobody caught, instead of Node's own end. */
  listen(hear: (error: unknown) => void): void;
  /** Ends the process at once; for when the clean end does not come. */
  exit(): void;
}

/**
 * A signal that aborts, with INTERNAL as its reason, at the first error that nobody caught: whoever
 * holds it ends cleanly and hands back what runs. The error is one line of the log, without
 * secrets; those that follow are told up to LOG_LIMITS.uncaughtLines. `exit` is called when all of
 * this has taken longer than LOG_LIMITS.uncaughtEndMs.
 */
export function openLastResort({ log, listen, exit }: LastResortOptions): AbortSignal {
  const stop = new AbortController();
  let told = 0;
  listen((error) => {
    told += 1;
    // A circle of failures must not fill the disk while everything ends.
    if (told <= LOG_LIMITS.uncaughtLines) log.error('nobody caught an error: we end', { error });
    if (stop.signal.aborted) return;
    const message = 'something of ours failed, and nobody caught it';
    stop.abort(new AppError('INTERNAL', { message, remedy: 'Report the line of the log.' }));
    every(LOG_LIMITS.uncaughtEndMs, exit);
  });
  return stop.signal;
}
