import { CLIENT_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { ExecutionEvent } from '../execution.ts';
import { errorReport } from '../routes/error-shapes.ts';
import { errorOf, notUnderstood, readJson, readText } from './answer.ts';
import type { FollowEvents } from './client-types.ts';
import { type Connection, unreachable } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { readEvent } from './event-shape.ts';
import { readServerSent, type ServerSent } from './server-sent.ts';
import type { TransportAnswer } from './transport.ts';

/** The comment by which a server says that it is there while nothing happens. */
const HEARTBEAT = 'alive';

/** Follows one execution over as many connections as it takes; see `FollowEvents`. */
export function eventFollower(connection: Connection): FollowEvents {
  return (id, { after = 0, signal } = {}) => follow(connection, { id, last: after, signal });
}

interface Following {
  readonly id: string;
  /** The last sequence that was given on. */
  last: number;
  readonly signal: AbortSignal | undefined;
  /** Connections in a row that gave nothing. */
  failures?: number;
  /** What the server asks for as the wait between connections. */
  retryMs?: number;
}

async function* follow(
  connection: Connection,
  following: Following,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const { signal } = following;
  const first = following.last;
  for (;;) {
    if (isAborted(signal)) return;
    let lost: unknown;
    try {
      const isOver = yield* followOnce(connection, following, first);
      if (isOver) return;
      lost = unreachable(connection.origin, 'ended the stream of events early');
    } catch (error) {
      lost = error;
    }
    if (isAborted(signal)) return;
    if (!isPassing(lost)) throw lost;
    following.failures = (following.failures ?? 0) + 1;
    if (following.failures > CLIENT_LIMITS.reconnects) throw lost;
    try {
      await connection.clock.sleep(waitMs(following), signal);
    } catch {
      // The signal aborted: following ends, as it says.
      return;
    }
  }
}

/** True when the execution is over; false when the stream ended before. */
async function* followOnce(
  connection: Connection,
  following: Following,
  first: number,
): AsyncGenerator<ExecutionEvent, boolean, undefined> {
  const stop = new AbortController();
  const leave = () => stop.abort(following.signal?.reason);
  following.signal?.addEventListener('abort', leave, { once: true });
  try {
    const answer = await open(connection, following, { first, signal: stop.signal });
    if (answer === undefined) return true;
    for await (const message of readServerSent(heard(connection, answer, stop.signal))) {
      const event = take(connection, following, message);
      if (event === undefined) continue;
      yield event;
      if (event.kind === 'execution.ended') return true;
    }
    return false;
  } finally {
    following.signal?.removeEventListener('abort', leave);
    stop.abort();
  }
}

/** Undefined: the server says that nothing will follow. */
async function open(
  connection: Connection,
  { id, last }: Following,
  { first, signal }: { readonly first: number; readonly signal: AbortSignal },
): Promise<TransportAnswer | undefined> {
  const { baseUrl, headers, transport, clock, origin } = connection;
  const late = () => unreachable(origin, 'does not answer in time');
  return withDeadline({ clock, ms: CLIENT_LIMITS.answerMs, signal, late }, async () => {
    const answer = await transport({
      method: 'GET',
      url: `${baseUrl}/api/v1/executions/${encodeURIComponent(id)}/events?after=${first}`,
      headers: {
        ...headers,
        accept: 'text/event-stream',
        ...(last > first ? { 'last-event-id': String(last) } : {}),
      },
      signal,
    }).catch((cause: unknown) => {
      throw unreachable(origin, 'does not answer', cause);
    });
    if (answer.status === 204) return undefined;
    if (answer.status >= 300) throw errorOf(answer, await readText(answer), origin);
    if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
      throw notUnderstood(`the server at ${origin} answered with no stream of events`);
    }
    return answer;
  });
}

/** The pieces of the stream; SERVER_UNREACHABLE when it breaks, or is silent for too long. */
async function* heard(
  { clock, origin }: Connection,
  answer: TransportAnswer,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const late = () => unreachable(origin, 'has fallen silent');
  const pieces = answer.stream()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const deadline = { clock, ms: CLIENT_LIMITS.silenceMs, signal, late };
      const next = await withDeadline(deadline, () => pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreachable(origin, 'broke the stream of events off', error);
  } finally {
    // Not waited for: a transport that is stuck must not keep us here.
    pieces.return?.().then(undefined, () => {});
  }
}

/** The event of a message, unless we have it already. */
function take(
  { origin }: Connection,
  following: Following,
  { data, comment, retry, event }: ServerSent,
): ExecutionEvent | undefined {
  if (retry !== undefined) following.retryMs = retry;
  if (comment === HEARTBEAT) following.failures = 0;
  if (data === undefined) return undefined;
  if (event === 'refused') throw refusalOf(readJson(data, origin), origin);
  const read = readEvent(readJson(data, origin));
  if (read === undefined) {
    throw notUnderstood(`the server at ${origin} sent an event that is not understood`);
  }
  if (read.sequence <= following.last) return undefined;
  if (read.sequence > following.last + 1) {
    throw unreachable(origin, `left out events after ${following.last}`);
  }
  following.last = read.sequence;
  following.failures = 0;
  return read.event;
}

/** The server does not let us follow any longer; to connect again would be refused as well. */
function refusalOf(data: unknown, origin: string): AppError {
  const report = errorReport.safeParse(data);
  if (!report.success) return notUnderstood(`the server at ${origin} ended the stream of events`);
  const { code, message, remedy } = report.data;
  return new AppError(code, { message, remedy, retryable: false });
}

/** Asked anew each time: the compiler would take the answer for one that cannot change. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What may be otherwise in a moment: no answer, or one of a server that is busy or stopping. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}

function waitMs({ failures = 1, retryMs = 0 }: Following): number {
  const grown = CLIENT_LIMITS.reconnectMs * 2 ** (failures - 1);
  return Math.min(CLIENT_LIMITS.reconnectMsMax, Math.max(grown, retryMs));
}
