import type { Auth, Principal } from '../../auth/index.ts';
import type { AccountId, Clock, ExecutionId } from '../../base/index.ts';
import { ACCESS_LIMITS, SERVER_LIMITS } from '../../base/index.ts';
import type { StoredStatus } from '../../contract/index.ts';
import type { ExecutionFeed } from '../../engine/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { AccountStore } from '../../store/index.ts';
import { allowExecution, type ExecutionOrigin, type RightsStore } from '../rights/index.ts';

export interface EventsOptions {
  readonly feed: ExecutionFeed;
  /** Who may see which execution, and how far it is. */
  readonly store: {
    account(account: AccountId): RightsStore & {
      readonly executions: Pick<AccountStore['executions'], 'progress' | 'get'>;
    };
  };
  /** Who listeners are by now; a connection outlives what was true when it was opened. */
  readonly auth: Pick<Auth, 'current'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Default SERVER_LIMITS; smaller ones are for tests. */
  readonly limits?: Partial<ListenerLimits>;
}

/** The bounds that concern listeners; of SERVER_LIMITS where nothing else is said. */
export type ListenerLimits = {
  readonly [Name in
    | 'listeners'
    | 'listenersAnOwner'
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
} & {
  /** ACCESS_LIMITS.watchMs. */
  readonly watchMs: number;
};

/** What all listeners of one server share. */
export interface House extends Omit<EventsOptions, 'limits'> {
  readonly limits: ListenerLimits;
}

/** The options with their defaults. */
export function houseOf({ limits, ...options }: EventsOptions): House {
  const { watchMs } = ACCESS_LIMITS;
  return { ...options, limits: { ...SERVER_LIMITS, watchMs, ...limits } };
}

/** How far an execution is. */
export interface Progress {
  readonly execution: ExecutionId;
  readonly status: StoredStatus;
  readonly lastSequence: number;
}

/** An execution that a listener may follow; its origin is known where it was needed to decide. */
export interface Seen extends Progress {
  readonly origin?: ExecutionOrigin;
}

/**
 * Decides whether a principal may follow an execution, and tells how far it is. Who runs the
 * account may see all that is there, so nothing more is read for them. Errors:
 * EXECUTION_NOT_FOUND, alike for one that does not exist and for one of another account; FORBIDDEN.
 */
export async function seenBy(house: House, principal: Principal, id: string): Promise<Seen> {
  const { permissions, account } = principal;
  if (permissions.has('accounts:admin') && permissions.has('executions:read')) {
    return progressOf(house, account, id);
  }
  const store = house.store.account(account);
  const execution = idOf(id);
  const record = await store.executions.get(execution);
  if (record === undefined) throw unknownExecution(execution);
  await allowExecution(store, principal, { act: 'view', execution: record });
  const { status, lastSequence, startedBy, flowId } = record;
  return { execution, status, lastSequence, origin: { startedBy, flowId } };
}

/** EXECUTION_NOT_FOUND alike for one that does not exist and for one of another account. */
export async function progressOf(
  { store }: House,
  account: AccountId,
  id: string,
): Promise<Progress> {
  const execution = idOf(id);
  const found = (await store.account(account).executions.progress([execution])).get(execution);
  if (found !== undefined) return { execution, ...found };
  throw unknownExecution(execution);
}

/** Why a listener is nobody any more. */
export function nobody(): AppError {
  return new AppError('UNAUTHENTICATED', { message: 'the session or key is not good any more' });
}

// A UUID by the schema of its route or message; the store writes them in lower case.
function idOf(id: string): ExecutionId {
  return id.toLowerCase() as ExecutionId;
}

function unknownExecution(id: ExecutionId): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { message: `there is no execution ${id}` });
}

/** True for the statuses after which nothing happens any more. */
export function isOver(status: StoredStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
