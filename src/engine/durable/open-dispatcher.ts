import {
  type AccountId,
  DISPATCH_LIMITS,
  type ExecutionId,
  type ProcessId,
} from '../../base/index.ts';
import { asAppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { ClaimedExecution, Store } from '../../store/index.ts';
import type { ExecutionLimits } from '../execution-limits.ts';
import { Claims } from './claims.ts';
import type { Dispatcher, DispatcherStatus, StartedExecution, StartRequest } from './dispatcher.ts';
import { Feed } from './feed.ts';
import { NO_HISTORY } from './history.ts';
import { Lease } from './lease.ts';
import { QueueRoom } from './queue-room.ts';
import { repeat, within } from './repeat.ts';
import { Segment } from './segment.ts';
import type { SegmentEnd, SegmentOptions, SegmentTools } from './segment-options.ts';
import { goingAway, isSilent } from './silence.ts';
import { Slots } from './slots.ts';
import { type PreparedStart, prepareStart, queuedUnit } from './start.ts';
import { startedHere, startedInQueue } from './started.ts';
import { claimedStretch, type StretchSource, spawnOf } from './stretch.ts';

export interface DispatcherOptions extends StretchSource {
  readonly store: Pick<Store, 'account' | 'journal' | 'dispatch'>;
  readonly process: ProcessId;
  readonly kind: 'server' | 'worker';
  /** Executions that run here at the same time (EXECUTION_SLOTS). */
  readonly slots: number;
  /** Milliseconds that no change of the machine's date moves. */
  readonly monotonicMs: () => number;
  /** Makes the id of an execution; ids sort by time. */
  readonly newId: () => string;
  /** What the operator allows one execution. */
  readonly limits: Partial<ExecutionLimits>;
}

/**
 * Begins to advance executions: has its lease before it resolves. Errors: STORE_UNAVAILABLE.
 */
export async function openDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const dispatcher = new LocalDispatcher(options);
  await dispatcher.open();
  return dispatcher;
}

type Opening = Pick<
  SegmentOptions,
  'account' | 'execution' | 'epoch' | 'startedAt' | 'lastSequence' | 'header'
>;

/**
 * The executions of one process. Each that it holds is a Segment, which ends by itself; this class
 * opens them, within the slots, and hands back what it cannot go on with.
 */
class LocalDispatcher implements Dispatcher {
  readonly feed: Feed;
  readonly #options: DispatcherOptions;
  readonly #tools: SegmentTools;
  readonly #lease: Lease;
  readonly #slots: Slots;
  readonly #segments = new Map<ExecutionId, Segment>();
  /** Ends the timers of this process. */
  readonly #over = new AbortController();
  #isStopping = false;
  /** The last renewal was not answered. */
  #isCutOff = false;
  #closed: Promise<void> | undefined;
  readonly #claims: Claims;
  readonly #room: QueueRoom;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { store, process, kind, clock, monotonicMs, log, limits } = options;
    this.#lease = new Lease({
      ...{ process, kind, clock, monotonicMs, log },
      store: store.dispatch,
      onLapse: () => this.#confirmAll(),
    });
    const { journal } = store;
    this.#tools = { journal, clock, lease: this.#lease, log, owner: process, limits };
    this.#slots = new Slots(options.slots);
    const isHere = (account: AccountId, execution: ExecutionId) =>
      this.#segments.get(execution)?.account === account;
    this.#room = new QueueRoom(store.dispatch, clock);
    this.#claims = new Claims({
      ...{ store: store.dispatch, process, clock, log, lease: this.#lease, slots: this.#slots },
      held: this.#segments,
      advance: (claimed) => this.#advance(claimed),
    });
    this.feed = new Feed({ store, clock, log, isHere });
  }

  async open(): Promise<void> {
    const { clock, store } = this.#options;
    const { signal } = this.#over;
    await this.#lease.renew();
    const { renewMs, pollMs, sweepMs } = DISPATCH_LIMITS;
    repeat({ clock, ms: renewMs, signal }, () => this.#renew());
    repeat({ clock, ms: pollMs, signal }, () => this.#claims.soon());
    repeat({ clock, ms: sweepMs, signal }, () => this.#sweep());
    const quiet = store.dispatch.onAnnounced(() => this.#claims.soon());
    signal.addEventListener('abort', quiet, { once: true });
    this.#claims.soon();
  }

  async start(request: StartRequest): Promise<StartedExecution> {
    this.#checkOpen();
    const { account, flow, inputs } = request;
    const { plans, clock, newId, store } = this.#options;
    const plan = await plans.get(account, flow.id, flow.version);
    const id = request.id ?? (newId() as ExecutionId); // The maker of execution ids.
    const { blobs } = store.account(account);
    const prepared = await prepareStart(request, { id, createdAt: clock.now(), blobs });
    const spawn = await spawnOf(this.#options, { account, execution: id, plan });
    this.#checkOpen();
    const mayStart = this.#lease.isHeld() && this.#slots.mayStart(account);
    if (!mayStart) return this.#queue(prepared);
    const { createdAt, header, reused } = prepared;
    const opening = { account, execution: id, epoch: 1, startedAt: createdAt, lastSequence: 0 };
    const segment = this.#open({ ...opening, header });
    const stretch = { plan, inputs, history: NO_HISTORY, spawn };
    void segment.run({ ...stretch, ...(reused === undefined ? {} : { reused }) });
    return startedHere({ account, id, createdAt, store, feed: this.feed }, segment);
  }

  nudgeCancel(execution: ExecutionId): void {
    this.#segments.get(execution)?.cancel();
  }

  status(): DispatcherStatus {
    const { process, slots } = this.#options;
    const isLeaseHeld = this.#lease.isHeld();
    const running = this.#segments.size;
    return { process, slots, running, isLeaseHeld, isStopping: this.#isStopping };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#isStopping = true;
    await this.#claims.stop();
    const { clock, store, process, log } = this.#options;
    const { drainMs, handBackMs } = DISPATCH_LIMITS;
    await within(drainMs, clock, Promise.all(this.#held().map(({ done }) => done)));
    const left = this.#held();
    for (const segment of left) segment.stop(goingAway());
    await within(handBackMs, clock, Promise.all(left.map((segment) => segment.quiet())));
    try {
      await store.dispatch.leave(process);
    } catch (error) {
      log.warn('the lease could not be ended; others take over when it ends', { error });
    }
    this.#lease.drop();
    this.#over.abort();
    this.feed.close();
  }

  #held(): readonly Segment[] {
    return [...this.#segments.values()];
  }

  #checkOpen(): void {
    if (this.#isStopping) throw goingAway();
  }

  #open(opening: Opening): Segment {
    const { account, execution } = opening;
    const { blobs } = this.#options.store.account(account);
    this.#slots.take(account);
    const segment: Segment = new Segment(
      {
        ...opening,
        blobs,
        onDurable: (entries, isEnd) => this.feed.publish(opening, entries, isEnd),
        onIdle: () => this.#freed(account),
      },
      this.#tools,
    );
    this.#segments.set(execution, segment);
    segment.done.then((end) => this.#ended(segment, end));
    return segment;
  }

  #freed(account: AccountId): void {
    this.#slots.release(account);
    if (this.#slots.isAwaited) this.#claims.soon();
  }

  #ended(segment: Segment, end: SegmentEnd): void {
    const { execution } = segment;
    if (this.#segments.get(execution) === segment) this.#segments.delete(execution);
    if (end.kind !== 'silent') return;
    const { code } = end.error;
    // Nobody has it: it was never made.
    if (code === 'IDEMPOTENCY_TAKEN' || code === 'FLOW_CHANGED') return;
    this.#options.log.info('an execution is left to others', { execution, code });
    if (!isSilent(end.error)) this.#claims.drop(execution);
    else if (code === 'STORE_UNAVAILABLE') this.#claims.doubt();
  }

  async #queue(prepared: PreparedStart): Promise<StartedExecution> {
    const { id, request, createdAt } = prepared;
    const { account } = request;
    const { store } = this.#options;
    await this.#room.take(account);
    this.#checkOpen();
    const written = store.journal.write(queuedUnit(prepared)).then(() => {
      this.#slots.noteQueued(account);
      this.#claims.soon();
    });
    return startedInQueue({ account, id, createdAt, store, feed: this.feed }, written);
  }

  #advance(claimed: ClaimedExecution): void {
    const { id, account, epoch, lastSequence, isCancelRequested } = claimed;
    // Our own lease had ended: what ran here under the epoch before is over.
    this.#segments.get(id)?.stop(goingAway());
    const startedAt = claimed.startedAt ?? this.#options.clock.now();
    const opening = { account, execution: id, epoch, startedAt, lastSequence };
    const segment = this.#open(opening);
    if (isCancelRequested) segment.cancel();
    claimedStretch(claimed, this.#options).then(
      (stretch) => segment.run(stretch),
      (error: unknown) => segment.fail(error),
    );
  }

  async #renew(): Promise<void> {
    const { store, process, log } = this.#options;
    try {
      await this.#lease.renew();
      const ids = this.#segments.size === 0 ? [] : await store.dispatch.cancelRequested(process);
      for (const id of ids) this.nudgeCancel(id);
      if (this.#isCutOff) log.info('the database answers again');
      this.#isCutOff = false;
    } catch (thrown) {
      // Once for each outage, and for all that the database is needed for here.
      if (!this.#isCutOff) tellCutOff(log, thrown);
      this.#isCutOff = true;
    }
  }

  /** One look at all executions in place of a timer for each. */
  #sweep(): void {
    const { headerMs, sweepMs } = DISPATCH_LIMITS;
    const dueSince = this.#options.clock.now() - (headerMs - sweepMs);
    for (const segment of this.#segments.values()) {
      const { gatheredSince } = segment;
      if (gatheredSince !== undefined && gatheredSince <= dueSince) segment.flushSoon();
    }
  }

  #confirmAll(): void {
    for (const segment of this.#segments.values()) segment.confirm();
  }
}

function tellCutOff(log: Log, thrown: unknown): void {
  const { code, cause } = asAppError(thrown);
  if (code !== 'STORE_UNAVAILABLE') log.warn('the lease could not be renewed', { error: thrown });
  else log.warn('the database does not answer', { reason: reasonOf(cause) });
}

/** A refused connection to several addresses has a code alone. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no answer';
  return cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name;
}
