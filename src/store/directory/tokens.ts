import type { AccountId, ExecutionId, FlowId } from '../../base/index.ts';
import type { LinkFacts, TicketRecord } from '../sharing-store.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { Asking, Statement } from './ask.ts';

/** $1: the hash of a link's token, $2: the time. */
const USE_LINK: Statement = {
  name: 'use-link',
  text: `
    UPDATE sluice.share_links AS l
    SET uses = l.uses + 1, last_used_at = greatest(l.last_used_at, $2::bigint)
    FROM sluice.accounts AS a
    WHERE l.token_hash = $1 AND l.revoked_at IS NULL AND l.expires_at > $2::bigint
      AND a.id = l.account_id
    RETURNING l.account_id, l.id, l.flow_id, l.level, l.created_by, l.created_at, l.expires_at,
      l.last_used_at, l.uses, a.status = 'active' AS is_account_active`,
};

interface LinkRow {
  readonly account_id: AccountId;
  readonly id: string;
  readonly flow_id: FlowId;
  readonly level: 'view' | 'execute';
  readonly created_by: string;
  readonly created_at: number | string;
  readonly expires_at: number | string;
  readonly last_used_at: number | string;
  readonly uses: number | string;
  readonly is_account_active: boolean;
}

/** See DirectoryStore.useLink. */
export async function useLink(
  ask: Asking,
  tokenHash: string,
  now: number,
): Promise<LinkFacts | undefined> {
  const [row] = await ask.write<LinkRow>(USE_LINK, [storedText(tokenHash), now]);
  if (row === undefined) return undefined;
  return {
    account: row.account_id,
    isAccountActive: row.is_account_active,
    link: {
      id: row.id,
      flow: row.flow_id,
      level: row.level,
      createdBy: originalText(row.created_by),
      createdAt: Number(row.created_at),
      expiresAt: Number(row.expires_at),
      lastUsedAt: Number(row.last_used_at),
      uses: Number(row.uses),
    },
  };
}

/** $1: the hash of a ticket's token. Of two at once one takes it away; the other finds none. */
const USE_TICKET: Statement = {
  name: 'use-ticket',
  text: `
    DELETE FROM sluice.socket_tickets WHERE token_hash = $1
    RETURNING account_id, principal, session, execution, expires_at`,
};

interface TicketRow {
  readonly account_id: AccountId;
  readonly principal: string;
  readonly session: string | null;
  readonly execution: string | null;
  readonly expires_at: number | string;
}

/** See DirectoryStore.useTicket. */
export async function useTicket(
  ask: Asking,
  tokenHash: string,
  now: number,
): Promise<TicketRecord | undefined> {
  const [row] = await ask.write<TicketRow>(USE_TICKET, [storedText(tokenHash)]);
  if (row === undefined || Number(row.expires_at) <= now) return undefined;
  const { session, execution } = row;
  return {
    account: row.account_id,
    principal: originalText(row.principal),
    ...(session === null ? {} : { session: originalText(session) }),
    // The column was written from an id of this kind.
    ...(execution === null ? {} : { execution: originalText(execution) as ExecutionId }),
  };
}
