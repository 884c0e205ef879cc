import type { Pool } from 'pg';
import {
  ACCESS_LIMITS,
  type AccountId,
  type ExecutionId,
  type FlowId,
  type KeyId,
} from '../../base/index.ts';
import type { ShareLevel } from '../../contract/index.ts';
import type { AccountRecord, WaitingFacts, WaitingGroup } from '../accounts-store.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';

/** See AccountsStore.waiting. */
export async function listWaiting(
  pool: Pool,
  now: number,
  after: WaitingGroup | undefined,
): Promise<readonly WaitingFacts[]> {
  const { rows } = await pool.query<FactsRow>({
    name: 'sluice-waiting',
    text: WAITING,
    values: [
      now,
      storedText(after?.account ?? ''),
      storedText(after?.startedBy ?? ''),
      after?.flowId ?? NO_ID,
      after?.key ?? NO_ID,
      ACCESS_LIMITS.queuedGroups,
    ],
  });
  return rows.map(factsOf);
}

/** See AccountsStore.waitingFacts. */
export async function waitingFacts(
  pool: Pool,
  { account, startedBy, flowId, id }: Omit<WaitingGroup, 'key'> & { readonly id?: ExecutionId },
  now: number,
): Promise<WaitingFacts | undefined> {
  if (!isUuid(flowId)) return undefined;
  const { rows } = await pool.query<FactsRow>({
    name: 'sluice-waiting-one',
    text: ONE,
    values: [
      now,
      storedText(account),
      storedText(startedBy),
      flowId,
      id !== undefined && isUuid(id) ? id : null,
    ],
  });
  return rows.map(factsOf)[0];
}

/** Before all ids, and of none. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** The id in a principal of this kind; null for others, whatever their text is. */
const idOf = (kind: string) => `CASE WHEN g.started_by ~
    '^${kind}:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
    THEN substr(g.started_by, ${kind.length + 2})::uuid END`;

/**
 * What is known of groups `g (account_id, started_by, flow_id, key_id)`. $1: the time, for links.
 * Each is looked up by its primary key, and only where it may be there.
 */
const facts = (groups: string) => `
  SELECT g.account_id, g.started_by, g.flow_id, nullif(g.key_id, '${NO_ID}') AS key_id, a.status,
    f.owner, f.is_public, f.deleted_at IS NOT NULL AS is_deleted, s.level AS share,
    l.created_by AS link_by
  FROM (${groups}) AS g
  JOIN sluice.accounts AS a ON a.id = g.account_id
  LEFT JOIN sluice.flows AS f ON f.account_id = g.account_id AND f.id = g.flow_id
  LEFT JOIN sluice.flow_shares AS s ON s.account_id = g.account_id AND s.flow_id = g.flow_id
    AND s.person_id = ${idOf('person')}
  LEFT JOIN sluice.share_links AS l ON l.account_id = g.account_id AND l.flow_id = g.flow_id
    AND l.id = ${idOf('link')}
    AND l.level = 'execute' AND l.revoked_at IS NULL AND l.expires_at > $1::bigint`;

/**
 * $2 to $5: the group behind which it goes on; $6: how many. What is being deleted is ended by its
 * deletion, without records.
 */
export const WAITING = `${facts(`
    SELECT e.account_id, e.started_by, e.flow_id, coalesce(k.key_id, '${NO_ID}') AS key_id
    FROM sluice.executions AS e
    LEFT JOIN sluice.key_executions AS k
      ON k.account_id = e.account_id AND k.execution_id = e.id
    WHERE e.status IN ('queued', 'waiting')
      AND (e.account_id, e.started_by, e.flow_id, coalesce(k.key_id, '${NO_ID}'))
        > ($2::text, $3::text, $4::uuid, $5::uuid)
      AND NOT EXISTS
        (SELECT FROM sluice.accounts AS d WHERE d.id = e.account_id AND d.status = 'deleting')
    GROUP BY e.account_id, e.started_by, e.flow_id, coalesce(k.key_id, '${NO_ID}')
    ORDER BY e.account_id, e.started_by, e.flow_id, coalesce(k.key_id, '${NO_ID}') LIMIT $6`)}
  ORDER BY g.account_id, g.started_by, g.flow_id, g.key_id`;

/** $2 account, $3 who started it, $4 flow, $5 execution or null. */
const ONE = facts(`
    SELECT $2::text AS account_id, $3::text AS started_by, $4::uuid AS flow_id, coalesce(
      (SELECT k.key_id FROM sluice.key_executions AS k
        WHERE k.account_id = $2 AND k.execution_id = $5::uuid LIMIT 1), '${NO_ID}') AS key_id`);

interface FactsRow {
  readonly account_id: string;
  readonly started_by: string;
  readonly flow_id: FlowId;
  readonly key_id: KeyId | null;
  readonly status: AccountRecord['status'];
  readonly owner: string | null;
  readonly is_public: boolean | null;
  readonly is_deleted: boolean;
  readonly share: ShareLevel | null;
  readonly link_by: string | null;
}

function factsOf(row: FactsRow): WaitingFacts {
  const { owner, share, link_by: linkBy, key_id: key } = row;
  return {
    // The column was written from an id of this kind.
    account: originalText(row.account_id) as AccountId,
    startedBy: originalText(row.started_by),
    flowId: row.flow_id,
    status: row.status,
    ...(key === null ? {} : { key }),
    ...(owner === null
      ? {}
      : {
          flow: {
            owner: originalText(owner),
            isPublic: row.is_public === true,
            isDeleted: row.is_deleted,
          },
        }),
    ...(share === null ? {} : { share }),
    ...(linkBy === null ? {} : { link: { createdBy: originalText(linkBy) } }),
  };
}
