import type { Page, PageRequest } from './store.ts';

/**
 * Who did what. Every method that changes something takes one and commits it with the change, so
 * there is no change without its record and no record without its change.
 */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The principal, such as `key:admin-1`. */
  readonly actor: string;
  /** Dotted, such as `flow.create`. */
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly requestId?: string;
  /** The peer's IP address. */
  readonly address?: string;
  /** JSON; no values of flows and no secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends AuditEntry {
  readonly id: string;
  /** Its place in the chain of its account, once it is sealed. */
  readonly sequence?: number;
}

export interface AuditStore {
  /** For what changes no row, such as a denial. */
  append(entry: AuditEntry): Promise<void>;
  /** Several at once, in one statement. */
  appendAll(entries: readonly AuditEntry[]): Promise<void>;
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRecord>>;
}

export interface AuditFilter {
  readonly actor?: string;
  /** A final * stands for any ending. */
  readonly action?: string;
  readonly targetKind?: string;
  readonly targetId?: string;
  readonly outcome?: AuditEntry['outcome'];
  readonly address?: string;
  readonly from?: number;
  readonly to?: number;
}
