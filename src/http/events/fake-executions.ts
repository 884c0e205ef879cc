import type { AccountId, ExecutionId, FlowId } from '../../base/index.ts';
import type {
  ExecutionEvent,
  ExecutionStatus,
  ShareLevel,
  StoredStatus,
} from '../../contract/index.ts';
import type { ExecutionFeed } from '../../engine/index.ts';
import { AppError } from '../../errors/index.ts';
import type { ExecutionRecord, FlowRecord, JournalEntry } from '../../store/index.ts';
import type { EventsOptions } from './house.ts';

const FLOW = 'flow' as FlowId; // Made here for tests alone.

interface FakeExecution {
  readonly account: AccountId;
  readonly startedBy: string;
  readonly entries: JournalEntry[];
  status: StoredStatus;
  readonly wake: Set<() => void>;
}

type WithoutStamp<E> = E extends unknown ? Omit<E, 'sequence' | 'at'> : never;

/** Executions in memory behind the two doors that the events use; for tests and benchmarks. */
export class FakeExecutions {
  readonly #all = new Map<string, FakeExecution>();
  /** How many entries one page of the feed gives. */
  page = 100;
  /** Thrown by every follow while it is set. */
  failure: AppError | undefined;

  /** Shares by person, of the one flow of all executions; it belongs to `key:owner`. */
  readonly shares = new Map<string, ShareLevel>();
  isFlowDeleted = false;

  add(account: string, id: string, startedBy = 'key:somebody'): void {
    const wake = new Set<() => void>();
    // Tests make their ids themselves.
    const one = { account: account as AccountId, startedBy, wake } as const;
    this.#all.set(id, { ...one, entries: [], status: 'running' });
    this.tell(id, { kind: 'execution.started', executionId: id, flow: 'test' });
  }

  tell(id: string, body: WithoutStamp<ExecutionEvent>): void {
    const execution = this.#get(id);
    const sequence = execution.entries.length + 1;
    const text = JSON.stringify({ sequence, at: 1_700_000_000_000 + sequence, ...body });
    execution.entries.push({ sequence, text });
    for (const wake of execution.wake) wake();
  }

  steps(id: string, count: number, value = 'x'): void {
    for (let index = 0; index < count; index += 1) {
      const times = { startedAt: 1, endedAt: 2 };
      const step = { node: `n${index}`, path: '', status: 'completed', attempts: 1 } as const;
      this.tell(id, { kind: 'step.ended', step: { ...step, ...times, value } });
    }
  }

  end(id: string, status: ExecutionStatus = 'completed'): void {
    this.#get(id).status = status;
    this.tell(id, { kind: 'execution.ended', status });
  }

  readonly store: EventsOptions['store'] = {
    account: (account) => ({
      executions: {
        progress: async (ids) =>
          new Map(
            ids.flatMap((id) => {
              const found = this.#all.get(id);
              if (found?.account !== account) return [];
              const { status, entries } = found;
              return [[id, { status, lastSequence: entries.length }] as const];
            }),
          ),
        get: async (id) => {
          const found = this.#all.get(id);
          if (found?.account !== account) return undefined;
          const { status, entries, startedBy } = found;
          const facts = { id, status, lastSequence: entries.length, startedBy, flowId: FLOW };
          return facts as ExecutionRecord; // What decisions and listeners read of it.
        },
      },
      flows: {
        get: async (id, options) => {
          if (this.isFlowDeleted && options?.withDeleted !== true) return undefined;
          // What decisions read of it.
          return { id, owner: 'key:owner', isPublic: false } as FlowRecord;
        },
      },
      sharing: {
        levels: async (person) => {
          const level = this.shares.get(person);
          return new Map(level === undefined ? [] : [[FLOW, level] as const]);
        },
      },
    }),
  };

  readonly feed: ExecutionFeed = {
    follow: (account, id, options) => this.#follow(account, id, options),
  };

  async *#follow(
    account: AccountId,
    id: ExecutionId,
    { after, signal }: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly JournalEntry[], void, undefined> {
    const execution = this.#all.get(id);
    if (execution?.account !== account) {
      throw new AppError('EXECUTION_NOT_FOUND', { message: 'there is no such execution' });
    }
    let position = after;
    while (!signal.aborted) {
      if (this.failure !== undefined) throw this.failure;
      const entries = execution.entries.slice(position, position + this.page);
      if (entries.length > 0) {
        position += entries.length;
        yield entries;
      } else if (execution.status !== 'running') {
        return;
      } else {
        await this.#change(execution, signal);
      }
    }
  }

  #change({ wake }: FakeExecution, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        wake.delete(go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      wake.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
  }

  #get(id: string): FakeExecution {
    const execution = this.#all.get(id);
    if (execution === undefined) throw new Error(`no execution ${id}`);
    return execution;
  }
}
