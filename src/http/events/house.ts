import type { AccountId, Clock, ExecutionId } from '../../base/index.ts';
import { SERVER_LIMITS } from '../../base/index.ts';
import type { StoredStatus } from '../../contract/index.ts';
import type { ExecutionFeed } from '../../engine/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { AccountStore } from '../../store/index.ts';

export interface EventsOptions {
  readonly feed: ExecutionFeed;
  /** Who may see which execution, and how far it is. */
  readonly store: {
    account(account: AccountId): {
      readonly executions: Pick<AccountStore['executions'], 'progress'>;
    };
  };
  readonly clock: Clock;
  readonly log: Log;
  /** Default SERVER_LIMITS; smaller ones are for tests. */
  readonly limits?: Partial<ListenerLimits>;
}

/** The bounds of SERVER_LIMITS that concern listeners. */
export type ListenerLimits = {
  readonly [Name in
    | 'listeners'
    | 'subscriptionsASocket'
    | 'socketMessageBytes'
    | 'socketMessagesWaiting'
    | 'badMessagesASocket'
    | 'stalledMs'
    | 'bufferedBytes'
    | 'listenerWriteBytes'
    | 'listenerRetryMs'
    | 'listenerCloseMs'
    | 'heartbeatMs']: number;
};

/** What all listeners of one server share. */
export interface House extends Omit<EventsOptions, 'limits'> {
  readonly limits: ListenerLimits;
}

/** The options with their defaults. */
export function houseOf({ limits, ...options }: EventsOptions): House {
  return { ...options, limits: { ...SERVER_LIMITS, ...limits } };
}

/** How far an execution is. */
export interface Progress {
  readonly execution: ExecutionId;
  readonly status: StoredStatus;
  readonly lastSequence: number;
}

/** EXECUTION_NOT_FOUND alike for one that does not exist and for one of another account. */
export async function progressOf(
  { store }: House,
  account: AccountId,
  id: string,
): Promise<Progress> {
  // A UUID by the schema of its route or message; the store writes them in lower case.
  const execution = id.toLowerCase() as ExecutionId;
  const found = (await store.account(account).executions.progress([execution])).get(execution);
  if (found !== undefined) return { execution, ...found };
  throw new AppError('EXECUTION_NOT_FOUND', { message: `there is no execution ${execution}` });
}

/** True for the statuses after which nothing happens any more. */
export function isOver(status: StoredStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
