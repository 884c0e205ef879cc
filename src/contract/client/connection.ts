import type { Clock } from '../../base/index.ts';
import { CLIENT_LIMITS, formatDuration } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { withDeadline } from './deadline.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

/** What every request of one client shares. */
export interface Connection {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** For messages: scheme, host and port alone. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly clock: Clock;
}

export type CallRequest = Omit<TransportRequest, 'url' | 'signal'> & {
  /** With its query. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
};

/**
 * Sends one request and reads what `read` takes of its answer, all before the deadline. Rejects
 * with SERVER_UNREACHABLE, the signal's reason, or whatever AppError `read` throws.
 */
export async function call<T>(
  connection: Connection,
  request: CallRequest,
  read: (answer: TransportAnswer, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, transport, baseUrl, origin } = connection;
  const { path, signal, timeoutMs, headers, ...rest } = request;
  const ms = timeoutMs ?? CLIENT_LIMITS.answerMs;
  const late = () => unreachable(origin, `does not answer within ${formatDuration(ms)}`);
  const isOver = () => signal?.aborted === true;
  try {
    return await withDeadline({ clock, ms, signal, late }, async (stop) => {
      const url = `${baseUrl}${path}`;
      const all = { ...connection.headers, ...headers };
      const answer = await transport({ ...rest, url, headers: all, signal: stop });
      return read(answer, stop);
    });
  } catch (error) {
    if (isOver() || error instanceof AppError) throw error;
    throw unreachable(origin, 'does not answer', error);
  }
}

/** SERVER_UNREACHABLE, with the network's own words in its private cause. */
export function unreachable(origin: string, what: string, cause?: unknown): AppError {
  return new AppError('SERVER_UNREACHABLE', {
    message: `the server at ${origin} ${what}`,
    cause,
    retryable: true,
  });
}
