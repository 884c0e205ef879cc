import { type AccountId, assert, type ExecutionId } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import type { ExecutionFeed, ExecutionOutcome, StartedExecution } from './dispatcher.ts';
import { unlessAborted } from './repeat.ts';
import type { Segment } from './segment.ts';

interface Begun {
  readonly account: AccountId;
  readonly id: ExecutionId;
  readonly createdAt: number;
  readonly store: Pick<Store, 'account'>;
  readonly feed: ExecutionFeed;
}

/** An execution that begins here; where it does not end here, its end is heard of. */
export function startedHere(begun: Begun, segment: Segment): StartedExecution {
  const { id, createdAt } = begun;
  return {
    id,
    status: 'running',
    createdAt,
    accepted: () => segment.accepted(),
    ended: async (signal) => {
      const end = await unlessAborted(segment.done, signal);
      if (end === undefined) return undefined;
      if (end.kind === 'ended') return end.outcome;
      if (end.kind === 'silent' && !segment.isHeaderDurable) throw end.error;
      return outcomeElsewhere(begun, { after: segment.durable, signal });
    },
  };
}

/** An execution that waits for its turn, once `written` has resolved. */
export function startedInQueue(begun: Begun, written: Promise<void>): StartedExecution {
  const { id, createdAt } = begun;
  written.catch(() => {
    // Whoever asked is told, by `accepted` or `ended`.
  });
  return {
    id,
    status: 'queued',
    createdAt,
    accepted: () => written,
    ended: async (signal) => {
      const done = written.then(() => true);
      if ((await unlessAborted(done, signal)) === undefined) return undefined;
      return outcomeElsewhere(begun, { after: 0, signal });
    },
  };
}

/** Waits for the end of an execution, whoever advances it; undefined when the signal aborts. */
async function outcomeElsewhere(
  { account, id, store, feed }: Begun,
  { after, signal }: { readonly after: number; readonly signal: AbortSignal },
): Promise<ExecutionOutcome | undefined> {
  for await (const _ of feed.follow(account, id, { after, signal })) {
    // What it says on its way is for others.
  }
  const record = await store.account(account).executions.get(id);
  if (record?.endedAt === undefined) {
    assert(signal.aborted, `execution ${id} has ended, or nobody waits for it`);
    return undefined;
  }
  const { status, outputs, error, startedAt, endedAt } = record;
  assert(
    status === 'completed' || status === 'failed' || status === 'cancelled',
    `execution ${id} has ended, so its status is terminal`,
  );
  return {
    status,
    endedAt,
    ...(outputs === undefined ? {} : { outputs }),
    ...(error === undefined ? {} : { error }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}
