import type { Pool } from 'pg';
import {
  type AccountId,
  assert,
  DISPATCH_LIMITS,
  type ExecutionId,
  type FlowId,
  STORE_LIMITS,
} from '../../base/index.ts';
import { catalogued } from '../database-errors.ts';
import type {
  ClaimedExecution,
  ClaimRequest,
  DispatchStore,
  ReleasedExecutions,
} from '../dispatch-store.ts';
import { uuids } from '../journal/columns.ts';
import { keptValue } from '../kept-columns.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { Announcements } from './announcements.ts';
import {
  CANCEL_REQUESTED,
  CLAIM,
  HAND_BACK,
  QUEUED,
  RELEASE,
  RENEW_LEASE,
  UNHELD,
} from './dispatch-sql.ts';

/** A process that has not been heard of for so long is forgotten, when it holds nothing. */
const FORGOTTEN_MS = 60 * 60 * 1000;
/** How many more candidates than places a claim looks at: as many processes may claim at once. */
const CANDIDATES = 4;

/** Who advances which execution, over all accounts. */
export function openDispatch(pool: Pool, announcements: Announcements): DispatchStore {
  const ask = async <Row extends object>(name: string, text: string, values: unknown[]) => {
    const { rows } = await pool.query<Row>({ name: `sluice-${name}`, text, values });
    return rows;
  };
  const asking = catalogued({
    renewLease: async (owner: string, kind: string) => {
      await ask('renew', RENEW_LEASE, [owner, kind, DISPATCH_LIMITS.leaseMs, FORGOTTEN_MS]);
    },
    claim: async ({ owner, limit, running }: ClaimRequest) => {
      assert(Number.isInteger(limit) && limit >= 0, 'a number of executions');
      if (limit === 0) return [];
      const counts = [...running].map(([account, count]) => [storedText(account), count] as const);
      const rows = await ask<ClaimedRow>('claim', CLAIM, [
        owner,
        limit,
        limit * CANDIDATES,
        JSON.stringify(Object.fromEntries(counts)),
        STORE_LIMITS.claimAccounts,
      ]);
      return rows.map(claimedOf);
    },
    unheld: async (owner: string, holding: readonly ExecutionId[]) => {
      const values = [owner, uuids(holding), DISPATCH_LIMITS.slotsMax];
      const rows = await ask<{ id: ExecutionId }>('unheld', UNHELD, values);
      return rows.map(({ id }) => id);
    },
    release: async (owner: string, { queued, abandoned }: ReleasedExecutions) => {
      await ask('release', RELEASE, [owner, uuids([...queued, ...abandoned]), uuids(abandoned)]);
    },
    queued: async (account: AccountId, atMost: number) => {
      const [row] = await ask<{ count: number }>('queued', QUEUED, [storedText(account), atMost]);
      return row?.count ?? 0;
    },
    cancelRequested: async (owner: string) => {
      const rows = await ask<{ id: ExecutionId }>('cancels', CANCEL_REQUESTED, [owner]);
      return rows.map(({ id }) => id);
    },
    leave: async (owner: string) => {
      await ask('leave', HAND_BACK, [owner]);
      await announcements.announce();
    },
    announce: () => announcements.announce(),
  });
  return { ...asking, onAnnounced: announcements.listen };
}

interface ClaimedRow {
  readonly account_id: AccountId;
  readonly id: ExecutionId;
  readonly flow_id: FlowId;
  readonly flow_name: string;
  readonly version: number;
  readonly inputs: string | null;
  readonly inputs_blob: string | null;
  readonly epoch: number;
  readonly created_at: number | string;
  readonly started_at: number | string | null;
  readonly last_sequence: number;
  readonly cancel_requested: boolean;
  readonly takeovers_in_row: number;
  readonly started_by: string;
  readonly claim_right: 1 | 2 | 3;
}

const REASONS = { 1: 'takeover', 2: 'wake', 3: 'queue' } as const;

function claimedOf(row: ClaimedRow): ClaimedExecution {
  const inputs = keptValue(row.inputs, row.inputs_blob);
  assert(inputs !== undefined, 'every execution has inputs');
  return {
    id: row.id,
    account: row.account_id,
    flowId: row.flow_id,
    flowName: originalText(row.flow_name),
    version: row.version,
    inputs,
    epoch: row.epoch,
    createdAt: Number(row.created_at),
    lastSequence: row.last_sequence,
    isCancelRequested: row.cancel_requested,
    reason: REASONS[row.claim_right],
    takeovers: row.takeovers_in_row,
    startedBy: originalText(row.started_by),
    ...(row.started_at === null ? {} : { startedAt: Number(row.started_at) }),
  };
}
