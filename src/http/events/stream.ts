import type { ServerResponse } from 'node:http';
import { AppError, asAppError, reportOf } from '../../errors/index.ts';
import { isConnectionLost, type JournalEntry } from '../../store/index.ts';
import type { StreamCall } from '../call.ts';
import { endOf, serverSentEvent } from './frame.ts';
import { type House, isOver, type Seen, seenBy } from './house.ts';
import type { Listener, Listeners } from './listeners.ts';
import { ResponseOutlet } from './response-outlet.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would gather the events.
  'x-accel-buffering': 'no',
  // A connection that is kept would hold up a server that stops.
  connection: 'close',
} as const;

/** Comments of the stream; `alive` is known to the typed client. */
const HEARTBEAT = ': alive\n\n';
const GOODBYE = ': the server stops, connect again\n\n';

/**
 * The handler of `followExecution`: sends what is stored and then what happens, until the execution
 * is over. Errors before the stream begins: EXECUTION_NOT_FOUND, FORBIDDEN, TOO_MANY_LISTENERS,
 * QUERY_INVALID.
 */
export async function streamEvents(
  house: House,
  listeners: Listeners,
  call: StreamCall,
): Promise<void> {
  const after = readLastEventId(call.header('last-event-id')) ?? call.query.after ?? 0;
  const progress = await seenBy(house, call.principal, call.params.id);
  if (isOver(progress.status) && after >= progress.lastSequence) {
    call.open({ 'cache-control': 'no-store' }, 204).end();
    return;
  }
  const leavePlace = listeners.takePlace(call.principal);
  try {
    await new EventStream(house, call.open(HEADERS)).run(listeners, { call, progress, after });
  } finally {
    leavePlace();
  }
}

/** One listener by server-sent events. */
class EventStream {
  readonly #house: House;
  readonly #response: ServerResponse;
  readonly #outlet: ResponseOutlet;
  readonly #stop = new AbortController();
  readonly #closed: Promise<void>;
  #isClosing = false;
  /** Why the listener may not stay. */
  #refusal: AppError | undefined;

  constructor(house: House, response: ServerResponse) {
    this.#house = house;
    this.#response = response;
    this.#outlet = new ResponseOutlet(response, house);
    this.#closed = new Promise((resolve) => {
      response.once('close', () => {
        this.#stop.abort();
        resolve();
      });
      if (response.destroyed) {
        this.#stop.abort();
        resolve();
      }
    });
  }

  async run(listeners: Listeners, what: Following): Promise<void> {
    const leave = listeners.add(this.#listener(what));
    let last = '';
    try {
      await this.#follow(what);
      if (this.#isClosing) last = GOODBYE;
      if (this.#refusal !== undefined) last = refusedText(this.#refusal);
    } catch (thrown) {
      const { code } = asAppError(thrown);
      this.#house.log[isConnectionLost(thrown) ? 'debug' : 'warn']('a stream ended early', {
        requestId: what.call.requestId,
        execution: what.progress.execution,
        error: thrown,
      });
      last = `: ended early, ${code}\n\n`;
    } finally {
      leave();
    }
    if (!this.#response.destroyed) this.#response.end(last);
  }

  async #follow({ call, progress, after }: Following): Promise<void> {
    const { feed, limits } = this.#house;
    if (!(await this.#outlet.write(`retry: ${limits.listenerRetryMs}\n\n`))) return;
    const options = { after, signal: this.#stop.signal };
    for await (const entries of feed.follow(call.principal.account, progress.execution, options)) {
      for (const text of textsOf(entries, limits.listenerWriteBytes)) {
        if (this.#stop.signal.aborted || !(await this.#outlet.write(text))) return;
      }
      if (endOf(entries.at(-1)) !== undefined) return;
    }
  }

  #listener({ call, progress }: Following): Listener {
    let { principal } = call;
    const followed = new Map([[progress.execution, progress.origin]]);
    const refuse = (error: AppError) => this.#refuse(error);
    return {
      beat: () => this.#beat(),
      close: () => this.#close(),
      get principal() {
        return principal;
      },
      followed: () => followed,
      renew: (now) => {
        principal = now;
      },
      expel: refuse,
      refuse: (_execution, error) => refuse(error),
    };
  }

  /** Nothing more of the execution is sent; a listener that does not read the end is cut. */
  #refuse(error: AppError): void {
    this.#refusal = error;
    void this.#close();
  }

  #beat(): void {
    if (this.#outlet.isIdle) this.#response.write(HEARTBEAT);
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#stop.abort();
    const alarm = new AbortController();
    const late = this.#house.clock.sleep(this.#house.limits.listenerCloseMs, alarm.signal).then(
      () => {
        this.#response.destroy();
      },
      // It left by itself.
      () => {},
    );
    await Promise.race([this.#closed, late]);
    alarm.abort();
  }
}

interface Following {
  readonly call: StreamCall;
  readonly progress: Seen;
  readonly after: number;
}

/** Not an event of the execution: it has no id, so that a listener never takes it for one. */
function refusedText(error: AppError): string {
  const { code, message, remedy } = reportOf(error);
  return `event: refused\ndata: ${JSON.stringify({ code, message, remedy })}\n\n`;
}

/** Frames put together, so that many small events are one write. */
function* textsOf(entries: readonly JournalEntry[], charactersMax: number): Generator<string> {
  let text = '';
  for (const entry of entries) {
    const frame = serverSentEvent(entry);
    if (text !== '' && text.length + frame.length > charactersMax / 3) {
      yield text;
      text = '';
    }
    text += frame;
  }
  if (text !== '') yield text;
}

function readLastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const message = 'the header Last-Event-ID is not the id of an event, which is a number';
  throw new AppError('QUERY_INVALID', { message });
}
