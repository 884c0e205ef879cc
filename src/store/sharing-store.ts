import type { AccountId, ExecutionId, FlowId, PersonId } from '../base/index.ts';
import type { ShareLevel } from '../contract/index.ts';
import type { AuditEntry } from './audit-store.ts';

export interface ShareRecord {
  readonly flow: FlowId;
  readonly person: PersonId;
  readonly username: string;
  readonly level: ShareLevel;
  readonly createdBy: string;
  readonly createdAt: number;
}

export interface LinkRecord {
  readonly id: string;
  readonly flow: FlowId;
  readonly level: 'view' | 'execute';
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt?: number;
  readonly uses: number;
}

export interface LinkFacts {
  readonly account: AccountId;
  readonly isAccountActive: boolean;
  readonly link: LinkRecord;
}

/** With whom the flows of one account are shared. */
export interface SharingStore {
  /**
   * Makes or changes it. LIMIT_REACHED beyond ACCESS_LIMITS.sharesAFlow; FLOW_NOT_FOUND,
   * PERSON_NOT_FOUND.
   */
  putShare(share: Omit<ShareRecord, 'username'>, audit: AuditEntry): Promise<void>;
  removeShare(flow: FlowId, person: PersonId, audit: AuditEntry): Promise<boolean>;
  shares(flow: FlowId): Promise<readonly ShareRecord[]>;
  /** What is shared with this person, of these flows. */
  levels(person: PersonId, flows: readonly FlowId[]): Promise<ReadonlyMap<FlowId, ShareLevel>>;
  /** LIMIT_REACHED beyond ACCESS_LIMITS.linksAFlow good ones; FLOW_NOT_FOUND. */
  createLink(
    link: Omit<LinkRecord, 'lastUsedAt' | 'uses'> & { readonly tokenHash: string },
    audit: AuditEntry,
  ): Promise<LinkRecord>;
  /** Those that are neither revoked nor over. */
  links(flow: FlowId, now: number): Promise<readonly LinkRecord[]>;
  revokeLink(flow: FlowId, id: string, audit: AuditEntry): Promise<boolean>;
}

/** What one WebSocket may be opened with, once. */
export interface TicketRecord {
  readonly account: AccountId;
  /** The principal that asked for it; it is judged anew when the ticket is used. */
  readonly principal: string;
  readonly session?: string;
  /** Absent: for /api/v1/ws. */
  readonly execution?: ExecutionId;
}

export interface TicketStore {
  /** Removes what is over; LIMIT_REACHED beyond ACCESS_LIMITS.ticketsAPrincipal open ones. */
  create(
    ticket: Omit<TicketRecord, 'account'> & {
      readonly tokenHash: string;
      readonly at: number;
      readonly expiresAt: number;
    },
  ): Promise<void>;
}
