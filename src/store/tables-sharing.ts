import type { ColumnType } from 'kysely';
import type { ShareLevel } from '../contract/index.ts';

/** Tables of shares and links, as kysely sees them; see tables.ts. */
export interface SharingTables {
  flow_shares: FlowSharesTable;
  share_links: ShareLinksTable;
}

type Fixed<T> = ColumnType<T, T, never>;
/** bigint: a driver may give it as text. */
type FixedTime = ColumnType<number | string, number, never>;
/** Written by the directory alone. */
type Noted<T> = ColumnType<T, never, never>;

interface FlowSharesTable {
  readonly account_id: Fixed<string>;
  readonly flow_id: Fixed<string>;
  readonly person_id: Fixed<string>;
  readonly level: ShareLevel;
  readonly created_by: string;
  readonly created_at: ColumnType<number | string, number, number>;
}

interface ShareLinksTable {
  readonly account_id: Fixed<string>;
  readonly id: Fixed<string>;
  readonly flow_id: Fixed<string>;
  readonly level: Fixed<'view' | 'execute'>;
  readonly token_hash: Fixed<string>;
  readonly created_by: Fixed<string>;
  readonly created_at: FixedTime;
  readonly expires_at: FixedTime;
  readonly revoked_at: ColumnType<number | string | null, number | null, number | null>;
  readonly last_used_at: Noted<number | string | null>;
  readonly uses: Noted<number>;
}
