import { formatDuration, parseDuration } from '../../base/index.ts';
import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { followShown, waitForDocument } from './follow.ts';

/** What to do once an execution is accepted; without any of them it is followed. */
export interface SeeThroughOptions {
  readonly detach: boolean;
  /** Such as `30s`. */
  readonly wait?: string;
  readonly json: boolean;
  readonly cancelOnInterrupt: boolean;
}

const WAIT_MS_MAX = 24 * 60 * 60 * 1000;

/**
 * The options as they were meant, before anything is started. Errors: USAGE. `waitMs` is undefined
 * where nothing bounds the waiting.
 */
export function checkSeeThrough(options: SeeThroughOptions): { readonly waitMs?: number } {
  const { detach, wait } = options;
  if (detach && wait !== undefined) {
    throw new AppError('USAGE', {
      message: '--detach and --wait exclude each other',
      remedy: 'Keep one of them.',
    });
  }
  if (wait === undefined) return {};
  const waitMs = parseDuration(wait, 's');
  if (waitMs !== undefined && waitMs <= WAIT_MS_MAX) return { waitMs };
  throw new AppError('USAGE', {
    message: `--wait takes a duration, but got "${printableLine(wait, 40)}"`,
    remedy: `Write for example --wait 30s; at most ${formatDuration(WAIT_MS_MAX)}.`,
  });
}

/** Follows, awaits or leaves what was just accepted. 0 when it completed, or was to be left. */
export function seeThrough(
  context: CommandContext,
  started: { readonly client: Client; readonly id: string; readonly status: string },
  options: SeeThroughOptions & { readonly waitMs?: number },
): Promise<number> | number {
  const { terminal } = context;
  const { client, id, status } = started;
  if (options.detach) {
    if (options.json) tellDocument(terminal, { id, status });
    else {
      const label = styled(terminal, 'green', 'accepted');
      terminal.out(`${label} ${id}\n  sluice executions follow ${id}\n`);
    }
    return 0;
  }
  const following = { client, id, cancelOnInterrupt: options.cancelOnInterrupt };
  if (!options.json && options.waitMs === undefined) return followShown(context, following);
  const untilMs =
    options.waitMs === undefined ? Number.POSITIVE_INFINITY : context.now() + options.waitMs;
  return waitForDocument(context, following, { json: options.json, untilMs });
}
