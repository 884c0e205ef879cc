import { SERVER_LIMITS } from '../../base/index.ts';
import type { JailPosture } from '../../contract/index.ts';
import type { HandlerOptions } from './handler-options.ts';

const UNKNOWN = Object.freeze({ kind: 'unknown' } as const);

/**
 * How code is held on this server; unknown while that is being tried, where it cannot be told, and
 * where nothing tells it. Never rejects.
 */
export async function postureInTime({
  sandbox,
  clock,
}: Pick<HandlerOptions, 'sandbox' | 'clock'>): Promise<JailPosture | typeof UNKNOWN> {
  if (sandbox === undefined) return UNKNOWN;
  const over = new AbortController();
  const late = clock.sleep(SERVER_LIMITS.postureMs, over.signal).then(
    () => UNKNOWN,
    () => UNKNOWN,
  );
  try {
    return await Promise.race([sandbox(), late]);
  } catch {
    // Its owner has told why in the log; the health of everything else is still of use.
    return UNKNOWN;
  } finally {
    over.abort();
  }
}
