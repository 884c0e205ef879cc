import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../../auth/index.ts';
import type { ExecutionId } from '../../base/index.ts';
import type { ExecutionStatus, StoredStatus } from '../../contract/index.ts';
import { AppError, asAppError, type ErrorReport, reportOf } from '../../errors/index.ts';
import { isConnectionLost, type JournalEntry } from '../../store/index.ts';
import type { ExecutionOrigin } from '../rights/index.ts';
import { type ClientMessage, notText, readClientMessage } from './client-message.ts';
import { endOf, eventMessage } from './frame.ts';
import { type House, isOver, nobody, type Progress, progressOf, seenBy } from './house.ts';
import type { Listener, Listeners } from './listeners.ts';
import { CLOSE, closingOf, type OpenSocket, SocketOutlet } from './socket-outlet.ts';

export interface SessionOptions {
  readonly house: House;
  readonly listeners: Listeners;
  readonly principal: Principal;
  readonly requestId: string;
  /** The socket is about this execution: it closes when there is no more to say of it. */
  readonly only?: { readonly executionId: string; readonly after: number };
}

interface Subscription {
  readonly stop: AbortController;
  readonly leavePlace: () => void;
  readonly origin: ExecutionOrigin | undefined;
}

/** What a message to the client says, beside its type. */
type Body = Readonly<Record<string, unknown>>;

/** One client on one WebSocket, and what it follows; docs/events.md is the protocol. */
export class Session implements Listener {
  readonly #socket: WebSocket;
  readonly #options: SessionOptions;
  readonly #outlet: SocketOutlet;
  readonly #subscriptions = new Map<ExecutionId, Subscription>();
  readonly #leavePlace: () => void;
  readonly #leave: () => void;
  readonly #closed: Promise<void>;
  /** As it was judged last. */
  #principal: Principal;
  /** Messages are answered one after the other, in their order. */
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #badMessages = 0;
  #isAlive = true;
  #takenAtBeat = 0;

  /** Errors: as Listeners.takePlace. */
  constructor(open: OpenSocket, options: SessionOptions) {
    this.#leavePlace = options.listeners.takePlace(options.principal);
    const { socket } = open;
    this.#socket = socket;
    this.#options = options;
    this.#principal = options.principal;
    this.#outlet = new SocketOutlet(open, options.house);
    this.#leave = options.listeners.add(this);
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve();
      });
    });
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    socket.on('ping', () => {
      this.#isAlive = true;
      // The library has answered already; one that asks and does not read is cut.
      if (this.#outlet.isOverfull) socket.terminate();
    });
    if (options.only !== undefined) this.#enqueue({ type: 'subscribe', ...options.only });
  }

  beat(): void {
    const hasTaken = this.#outlet.taken !== this.#takenAtBeat;
    if (!this.#isAlive && !hasTaken) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#takenAtBeat = this.#outlet.taken;
    this.#socket.ping();
  }

  get principal(): Principal {
    return this.#principal;
  }

  followed(): ReadonlyMap<ExecutionId, ExecutionOrigin | undefined> {
    return new Map([...this.#subscriptions].map(([id, { origin }]) => [id, origin]));
  }

  renew(principal: Principal): void {
    this.#principal = principal;
  }

  expel(error: AppError): void {
    this.#stopAll();
    this.#outlet.close(...closingOf(error.code));
  }

  /** A socket about one execution ends with it; others are told, and go on. */
  refuse(execution: ExecutionId, error: AppError): void {
    const subscription = this.#subscriptions.get(execution);
    if (subscription === undefined) return;
    if (this.#options.only !== undefined) {
      this.expel(error);
      return;
    }
    this.#drop(execution, subscription);
    this.#sayError(error, { executionId: execution });
    this.#say('unsubscribed', { executionId: execution });
  }

  async close(): Promise<void> {
    this.#stopAll();
    this.#outlet.close(CLOSE.goingAway, 'The server stops');
    await this.#closed;
  }

  #end(): void {
    this.#stopAll();
    this.#leavePlace();
    this.#leave();
  }

  #stopAll(): void {
    for (const { stop, leavePlace } of this.#subscriptions.values()) {
      stop.abort();
      leavePlace();
    }
    this.#subscriptions.clear();
  }

  #take(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#waiting >= this.#options.house.limits.socketMessagesWaiting) {
      this.#outlet.close(CLOSE.refused, 'Too many messages');
      return;
    }
    try {
      if (isBinary) throw notText();
      this.#enqueue(readClientMessage(data.toString()));
    } catch (thrown) {
      this.#enqueue(asAppError(thrown));
    }
  }

  #enqueue(message: ClientMessage | AppError): void {
    this.#waiting += 1;
    this.#turn = this.#turn.then(async () => {
      this.#waiting -= 1;
      if (this.#socket.readyState === this.#socket.OPEN) await this.#handle(message);
    });
  }

  /** Never rejects. */
  async #handle(message: ClientMessage | AppError): Promise<void> {
    const about = 'executionId' in message ? { executionId: message.executionId } : {};
    try {
      if (message instanceof AppError) throw message;
      if (message.type === 'ping') this.#say('pong', {});
      else if (message.type === 'subscribe') await this.#subscribe(message);
      else this.#unsubscribe(message.executionId);
      this.#badMessages = Math.max(0, this.#badMessages - 1);
    } catch (thrown) {
      this.#refuse(thrown, about);
    }
  }

  /** A refused message; the only execution of a socket that is refused ends it. */
  #refuse(thrown: unknown, about: Body): void {
    this.#badMessages += 1;
    const { code } = asAppError(thrown);
    if (this.#options.only !== undefined && about.executionId === this.#options.only.executionId) {
      this.#endOnly(code);
      return;
    }
    this.#sayError(thrown, about);
    if (this.#badMessages >= this.#options.house.limits.badMessagesASocket) {
      this.#outlet.close(CLOSE.refused, 'Too many bad messages');
    }
  }

  #endOnly(code: ErrorReport['code']): void {
    this.#outlet.close(...closingOf(code));
  }

  async #subscribe(message: ClientMessage & { readonly type: 'subscribe' }): Promise<void> {
    const { house, listeners } = this.#options;
    // A UUID by the message's schema.
    const executionId = message.executionId.toLowerCase() as ExecutionId;
    if (this.#subscriptions.has(executionId)) {
      throw new AppError('MESSAGE_INVALID', { message: 'the execution is followed already' });
    }
    const { subscriptionsASocket: max } = house.limits;
    if (this.#subscriptions.size >= max) {
      const message = `the socket follows ${max} executions, which is as many as may`;
      throw new AppError('TOO_MANY_LISTENERS', { message, remedy: 'Unsubscribe from one.' });
    }
    const progress = await seenBy(house, await this.#now(), executionId);
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // The socket's own place counts for its first execution.
    const leavePlace =
      this.#subscriptions.size === 0 ? () => {} : listeners.takePlace(this.#principal);
    const { origin } = progress;
    const subscription = { stop: new AbortController(), leavePlace, origin };
    this.#subscriptions.set(executionId, subscription);
    this.#say('subscribed', { executionId, after: message.after });
    this.#say('status', { executionId, status: progress.status });
    void this.#follow(progress, message.after, subscription);
  }

  /** Who asks, as it stands now: the socket may have been open for hours. */
  async #now(): Promise<Principal> {
    const [principal] = await this.#options.house.auth.current([this.#principal]);
    if (principal === undefined) {
      const error = nobody();
      this.expel(error);
      throw error;
    }
    this.#principal = principal;
    return principal;
  }

  #unsubscribe(id: string): void {
    // A UUID by the message's schema.
    const executionId = id.toLowerCase() as ExecutionId;
    const subscription = this.#subscriptions.get(executionId);
    if (subscription !== undefined) this.#drop(executionId, subscription);
    this.#say('unsubscribed', { executionId });
  }

  #drop(executionId: ExecutionId, { stop, leavePlace }: Subscription): void {
    stop.abort();
    leavePlace();
    this.#subscriptions.delete(executionId);
  }

  /** Never rejects. */
  async #follow({ execution }: Progress, after: number, own: Subscription): Promise<void> {
    const { signal } = own.stop;
    try {
      const told = await this.#sendEvents(execution, after, signal);
      const end = told ?? (await this.#stored(execution));
      if (signal.aborted) return;
      this.#drop(execution, own);
      this.#complete(execution, end);
    } catch (thrown) {
      if (signal.aborted) return;
      const { house, requestId } = this.#options;
      const level = isConnectionLost(thrown) ? 'debug' : 'warn';
      house.log[level]('a subscription ended early', { requestId, execution, error: thrown });
      this.#drop(execution, own);
      if (this.#options.only === undefined) {
        this.#sayError(thrown, { executionId: execution });
        this.#say('unsubscribed', { executionId: execution });
      } else {
        this.#endOnly(asAppError(thrown).code);
      }
    }
  }

  /** How it ended; undefined when that was before `after`, or the socket or the signal ended. */
  async #sendEvents(execution: ExecutionId, after: number, signal: AbortSignal) {
    const { house } = this.#options;
    const { account } = this.#principal;
    let end: { readonly status: ExecutionStatus; readonly error?: ErrorReport } | undefined;
    for await (const entries of house.feed.follow(account, execution, { after, signal })) {
      const textOf = (entry: JournalEntry) => eventMessage(execution, entry);
      if (!(await this.#outlet.send(entries, textOf, signal))) return undefined;
      end = endOf(entries.at(-1));
    }
    return end;
  }

  async #stored(execution: ExecutionId): Promise<{ readonly status: StoredStatus }> {
    const { house } = this.#options;
    const { status } = await progressOf(house, this.#principal.account, execution);
    if (isOver(status)) return { status };
    throw new AppError('STORE_UNAVAILABLE', { message: 'the stream of events ended early' });
  }

  #complete(executionId: ExecutionId, end: Body): void {
    this.#say('complete', { executionId, ...end });
    if (this.#options.only !== undefined) this.#outlet.close(CLOSE.done, 'Complete');
  }

  #sayError(thrown: unknown, about: Body): void {
    const { code, message, remedy } = reportOf(thrown);
    this.#say('error', { ...about, code, message, remedy });
  }

  #say(type: string, body: Body): void {
    this.#outlet.answer({ type, ...body });
  }
}
