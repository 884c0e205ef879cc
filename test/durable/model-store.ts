import type { AccountId, ExecutionId, FlowId, ProcessId } from '../../src/base/index.ts';
import type { ExecutionEvent, StoredStatus } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type {
  AccountStore,
  ClaimedExecution,
  ClaimRequest,
  ExecutionHeader,
  ExecutionRecord,
  FlowVersionRecord,
  JournalEntry,
  JournalUnit,
  KeptValue,
  ReleasedExecutions,
  Store,
} from '../../src/store/index.ts';
import type { VirtualClock } from '../engine/virtual-clock.ts';

/** What the model keeps of an execution. */
export interface ModelRow {
  readonly id: ExecutionId;
  readonly account: AccountId;
  readonly header: ExecutionHeader;
  status: StoredStatus;
  epoch: number;
  owner: ProcessId | undefined;
  readonly entries: JournalEntry[];
  startedAt: number | undefined;
  endedAt: number | undefined;
  wakeAt: number | undefined;
  outputs: KeptValue | undefined;
  error: ExecutionRecord['error'];
  isCancelRequested: boolean;
  takeovers: number;
}

type StoreHandle = Pick<Store, 'account' | 'journal' | 'dispatch'>;

/** Stands between a process and the model: may delay, refuse, or never answer. */
export type Gate = <T>(name: string, work: () => T) => Promise<T>;

const LEASE_MS = 5_000;
const TERMINAL: readonly StoredStatus[] = ['completed', 'failed', 'cancelled'];

/**
 * The store as its interfaces say, in memory and strict: it refuses what they refuse, and throws
 * where a caller breaks what they ask of it.
 */
export class ModelStore {
  readonly rows = new Map<ExecutionId, ModelRow>();
  readonly leases = new Map<ProcessId, number>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly versions = new Map<string, FlowVersionRecord>();
  /** What no caller may do, in words. */
  readonly faults: string[] = [];
  /** Reads of entries and questions about progress, for tests of what following costs. */
  reads = 0;
  readonly #wakers = new Set<() => void>();
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** The store as one process sees it. */
  handle(gate: Gate): StoreHandle {
    return {
      account: (account) => this.#account(account, gate),
      journal: {
        // The order in which units are given is that in which they are applied.
        write: (unit) => gate('write', () => this.#write(unit)),
      },
      dispatch: {
        renewLease: (owner) => gate('renewLease', () => this.#renew(owner)),
        claim: (request) => gate('claim', () => this.#claim(request)),
        unheld: (owner, holding) => gate('unheld', () => this.#unheld(owner, holding)),
        release: (owner, released) => gate('release', () => this.#release(owner, released)),
        queued: (account) => gate('queued', () => this.queued(account)),
        cancelRequested: (owner) =>
          gate('cancelRequested', () =>
            [...this.rows.values()]
              .filter((row) => row.owner === owner && row.isCancelRequested)
              .map(({ id }) => id),
          ),
        leave: (owner) => gate('leave', () => this.#leave(owner)),
        announce: () => gate('announce', () => this.#announce()),
        onAnnounced: (wake) => {
          this.#wakers.add(wake);
          return () => this.#wakers.delete(wake);
        },
      },
    };
  }

  row(id: ExecutionId): ModelRow {
    const row = this.rows.get(id);
    if (row === undefined) throw new Error(`there is no execution ${id}`);
    return row;
  }

  events(id: ExecutionId): readonly ExecutionEvent[] {
    return this.row(id).entries.map(({ text }) => JSON.parse(text) as ExecutionEvent);
  }

  cancel(id: ExecutionId): void {
    const row = this.row(id);
    row.isCancelRequested = true;
    // What nobody runs ends when it is claimed, in this model.
    if (row.status === 'waiting') row.wakeAt = this.#clock.now();
  }

  #announce(): void {
    for (const wake of this.#wakers) wake();
  }

  #renew(owner: ProcessId): void {
    this.leases.set(owner, this.#clock.now() + LEASE_MS);
  }

  #isAlive(owner: ProcessId | undefined): boolean {
    return owner !== undefined && (this.leases.get(owner) ?? 0) > this.#clock.now();
  }

  #claim({ owner, limit }: ClaimRequest): readonly ClaimedExecution[] {
    const claimed: ClaimedExecution[] = [];
    for (const row of this.rows.values()) {
      if (claimed.length === limit) break;
      const reason = this.#reasonToClaim(row);
      if (reason === undefined) continue;
      row.epoch += 1;
      row.owner = owner;
      row.status = 'running';
      row.wakeAt = undefined;
      if (reason === 'takeover') row.takeovers += 1;
      const { id, account, header, epoch, startedAt, takeovers, isCancelRequested } = row;
      const { flowId, flowName, version, inputs, createdAt, startedBy } = header;
      const lastSequence = row.entries.length;
      const own = { id, account, flowId, flowName, version, inputs, createdAt, startedBy };
      const now = { epoch, takeovers, isCancelRequested, lastSequence, reason };
      claimed.push({ ...own, ...now, ...(startedAt === undefined ? {} : { startedAt }) });
    }
    return claimed;
  }

  #reasonToClaim(row: ModelRow): ClaimedExecution['reason'] | undefined {
    if (row.status === 'running' && !this.#isAlive(row.owner)) return 'takeover';
    if (row.status === 'waiting' && (row.wakeAt ?? 0) <= this.#clock.now()) return 'wake';
    return row.status === 'queued' ? 'queue' : undefined;
  }

  #unheld(owner: ProcessId, holding: readonly ExecutionId[]): readonly ExecutionId[] {
    const owned = [...this.rows.values()].filter((row) => row.owner === owner);
    return owned.map(({ id }) => id).filter((id) => !holding.includes(id));
  }

  #release(owner: ProcessId, { queued, abandoned }: ReleasedExecutions): void {
    for (const id of [...queued, ...abandoned]) {
      const row = this.rows.get(id);
      if (row?.owner !== owner) continue;
      if (abandoned.includes(id)) row.owner = 'nobody' as ProcessId;
      else {
        row.owner = undefined;
        row.status = 'queued';
      }
    }
  }

  /** A test may give another answer. */
  queued = (account: AccountId): number => {
    const rows = [...this.rows.values()];
    return rows.filter((row) => row.account === account && row.status === 'queued').length;
  };

  #leave(owner: ProcessId): void {
    this.leases.delete(owner);
    for (const row of this.rows.values()) {
      if (row.owner !== owner || row.status !== 'running') continue;
      row.owner = undefined;
      row.status = 'queued';
    }
    this.#announce();
  }

  #write(unit: JournalUnit): void {
    const { execution, entries, status, epoch, owner } = unit;
    const row = unit.header === undefined ? this.rows.get(execution) : this.#create(unit);
    if (row === undefined) throw new AppError('EXECUTION_NOT_FOUND', { message: 'no such row' });
    const isHolder = unit.header !== undefined || (row.owner === owner && row.status === 'running');
    if (!isHolder || row.epoch !== epoch) throw fenced(execution);
    const first = entries[0]?.sequence ?? row.entries.length + 1;
    if (first !== row.entries.length + 1) {
      this.faults.push(`${execution}: entry ${first} follows ${row.entries.length}`);
      throw fenced(execution);
    }
    for (const entry of entries) this.#append(row, entry);
    const hasEnd = entries.some(({ text }) => text.includes('"kind":"execution.ended"'));
    if (hasEnd !== TERMINAL.includes(status)) this.faults.push(`${execution}: ${status} and end`);
    row.status = status;
    row.owner = status === 'running' ? owner : undefined;
    row.startedAt ??= unit.startedAt;
    row.endedAt = unit.endedAt;
    const isDue = row.isCancelRequested && status === 'waiting';
    row.wakeAt = isDue ? this.#clock.now() : unit.wakeAt;
    row.outputs = unit.outputs;
    row.error = unit.error;
    if (status === 'queued') this.#announce();
  }

  #create(unit: JournalUnit): ModelRow {
    const { header, execution: id, account, epoch, owner } = unit;
    if (header === undefined) throw new Error('a row is made from a header');
    if (this.rows.has(id)) this.faults.push(`${id} is made twice`);
    const key = header.idempotencyKey;
    for (const other of key === undefined ? [] : this.rows.values()) {
      if (other.header.idempotencyKey !== key || other.header.flowId !== header.flowId) continue;
      const sameRequest = other.header.requestHash === header.requestHash;
      const details = { executionId: other.id, sameRequest };
      throw new AppError('IDEMPOTENCY_TAKEN', { message: 'the key is taken', details });
    }
    const status: StoredStatus = unit.status;
    const row: ModelRow = {
      ...{ id, account, header, status, epoch, owner, entries: [] },
      ...{ startedAt: undefined, endedAt: undefined, wakeAt: undefined, outputs: undefined },
      ...{ error: undefined, isCancelRequested: false, takeovers: 0 },
    };
    this.rows.set(id, row);
    return row;
  }

  #append(row: ModelRow, entry: JournalEntry): void {
    const event = JSON.parse(entry.text) as ExecutionEvent;
    const isNext = entry.sequence === row.entries.length + 1 && event.sequence === entry.sequence;
    if (!isNext) this.faults.push(`${row.id}: entry ${entry.sequence} is out of order`);
    if (event.kind === 'step.ended') {
      row.takeovers = 0;
      const { node, path } = event.step;
      const known = this.events(row.id).some(
        (each) => each.kind === 'step.ended' && each.step.node === node && each.step.path === path,
      );
      if (known) this.faults.push(`${row.id}: ${node} at '${path}' is recorded twice`);
    }
    row.entries.push(entry);
  }

  #account(account: AccountId, gate: Gate): AccountStore {
    const own = (id: ExecutionId) => {
      const row = this.rows.get(id);
      return row?.account === account ? row : undefined;
    };
    const executions: Pick<AccountStore['executions'], 'get' | 'entries' | 'progress'> = {
      get: (id) =>
        gate('get', () => {
          const row = own(id);
          return row === undefined ? undefined : recordOf(row);
        }),
      entries: (id, after, limit) =>
        gate('entries', () => {
          this.reads += 1;
          return own(id)?.entries.slice(after, after + limit) ?? [];
        }),
      progress: (ids) =>
        gate('progress', () => {
          this.reads += 1;
          const rows = ids.map(own).filter((row) => row !== undefined);
          return new Map(
            rows.map(({ id, status, entries }) => [id, { status, lastSequence: entries.length }]),
          );
        }),
    };
    const blobs: AccountStore['blobs'] = {
      put: (content) =>
        gate('put', () => {
          const blob = `blob-${this.blobs.size + 1}`;
          this.blobs.set(`${account} ${blob}`, content);
          return { blob, bytes: content.byteLength };
        }),
      get: (ref) =>
        gate('blob', () => {
          const content = this.blobs.get(`${account} ${ref}`);
          if (content !== undefined) return content;
          throw new AppError('BLOB_NOT_FOUND', { message: `there is no blob ${ref}` });
        }),
    };
    const flows: Pick<AccountStore['flows'], 'version'> = {
      version: (id: FlowId, version?: number) =>
        gate('version', () => this.versions.get(`${account} ${id} ${version}`)),
    };
    // The dispatcher uses no other part of an account's store.
    return { executions, blobs, flows } as unknown as AccountStore;
  }
}

function recordOf(row: ModelRow): ExecutionRecord {
  const { id, header, status, startedAt, endedAt, outputs, error, takeovers } = row;
  const { flowId, flowName, version, inputs, createdAt, startedBy } = header;
  return {
    ...{ id, flowId, flowName, version, status, inputs, createdAt, startedBy, takeovers },
    isCancelRequested: row.isCancelRequested,
    lastSequence: row.entries.length,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(error === undefined ? {} : { error }),
  };
}

function fenced(execution: ExecutionId): AppError {
  return new AppError('EXECUTION_FENCED', { message: `${execution} is held by another process` });
}
