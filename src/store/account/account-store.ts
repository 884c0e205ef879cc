import type { AccountId } from '../../base/index.ts';
import { catalogued, isConnectionLost } from '../database-errors.ts';
import { throughOutage } from '../outage.ts';
import type { Patience, Scoped } from '../scope.ts';
import type { AccountStore } from '../store.ts';
import { auditStore } from './audit.ts';
import { blobStore } from './blobs.ts';
import { executionStore } from './executions.ts';
import { flowStore } from './flows.ts';
import { invitationStore } from './invitations.ts';
import { keyStore } from './keys.ts';
import { peopleStore } from './people.ts';
import { resetStore } from './resets.ts';
import { roleStore } from './roles.ts';
import { sessionStore } from './sessions.ts';
import { sharingStore } from './sharing.ts';
import { ticketStore } from './tickets.ts';

/**
 * The same account's rows over the two pools. `read` is for lists: its user may not be able to
 * write, and its database may be a moment behind. What is asked for by its id is read where it was
 * written.
 */
export interface AccountScopes {
  readonly read: Scoped;
  readonly write: Scoped;
}

/** What belongs to one account. */
export function accountStore(
  account: AccountId,
  parts: AccountScopes & {
    /** The folder of all accounts' blobs. */
    readonly blobFolder: string;
    /** Tells all processes that there is something to do. */
    readonly announce: () => void;
    /** For reads; writes have that of their scope. */
    readonly patience: Patience;
  },
): AccountStore {
  const { patience, announce } = parts;
  const flows = patient(flowStore(parts), FLOW_READS, patience);
  const executions = patient(executionStore(parts, announce), EXECUTION_READS, patience);
  return Object.freeze({
    flows: catalogued(flows),
    executions: catalogued(executions),
    audit: catalogued(patient(auditStore(parts), ['list'], patience)),
    blobs: blobStore(parts.blobFolder, account),
    people: catalogued(patient(peopleStore(parts), PEOPLE_READS, patience)),
    roles: catalogued(patient(roleStore(parts), ['get', 'list'], patience)),
    invitations: catalogued(patient(invitationStore(parts), ['list'], patience)),
    resets: catalogued(resetStore(parts)),
    sessions: catalogued(patient(sessionStore(parts), ['get', 'list'], patience)),
    keys: catalogued(patient(keyStore(parts), ['get', 'list', 'usage'], patience)),
    sharing: catalogued(patient(sharingStore(parts), SHARING_READS, patience)),
    tickets: catalogued(ticketStore(parts)),
  });
}

const FLOW_READS = ['get', 'version', 'versions', 'list'] as const;
const EXECUTION_READS = ['get', 'list', 'findByIdempotencyKey', 'entries', 'progress'] as const;
const PEOPLE_READS = ['get', 'byUsername', 'list', 'passwordHash', 'isAnybody'] as const;
const SHARING_READS = ['shares', 'levels', 'links'] as const;

/**
 * The same object, whose reads are asked again where the connection was lost, as while the database
 * restarts: reading twice changes nothing.
 */
function patient<T extends object>(
  aggregate: T,
  reads: readonly (keyof T & string)[],
  patience: Patience,
): T {
  const limits = { ...patience, mayAgain: isConnectionLost };
  const calls = Object.entries(aggregate)
    .filter(([name]) => (reads as readonly string[]).includes(name))
    .map(([name, method]) => {
      const call = (...given: readonly unknown[]) =>
        throughOutage(async () => method.apply(aggregate, given), limits);
      return [name, call];
    });
  // Every member of an aggregate is a method that gives a promise, so each keeps its type.
  return { ...aggregate, ...Object.fromEntries(calls) };
}
