import type { FlowId, PersonId } from '../base/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { Page, PageRequest } from './store.ts';

/** Times are milliseconds since 1970. */
export interface FlowRecord {
  readonly id: FlowId;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The latest version; versions count from 1. */
  readonly version: number;
  /** The principal to whom it belongs, such as `person:<id>` or `key:<id>`. */
  readonly owner: string;
  /** Everyone of the account may see it. */
  readonly isPublic: boolean;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What executions of a version may do beyond computing; see `language` for how it is found. */
export interface KeptGrants {
  readonly hosts: readonly string[];
  readonly connections: readonly string[];
  readonly secrets: readonly string[];
  readonly code: 'none' | 'strict' | 'normal' | 'trusted';
}

/**
 * Who looks: `everything` sees all flows of the account; others what they own, what is public, and
 * what is shared with the person.
 */
export interface FlowViewer {
  readonly everything: boolean;
  /** Principals whose flows are one's own: a person and nobody else, or a key. */
  readonly owner: string;
  readonly person?: PersonId;
}

/** Never changes once it is there. */
export interface FlowVersionRecord {
  readonly flowId: FlowId;
  readonly version: number;
  readonly format: 'yaml' | 'json';
  readonly source: string;
  /** SHA-256 of the source, hex. */
  readonly hash: string;
  readonly createdBy: string;
  readonly createdAt: number;
  /** The version that this one brought back. */
  readonly restoredFrom?: number;
  readonly grants: KeptGrants;
}

/** A version about to be written; name, description and tags are those that its text gives. */
export interface FlowDraft {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly format: 'yaml' | 'json';
  readonly source: string;
  readonly hash: string;
  /** Absent: nothing is granted. */
  readonly grants?: KeptGrants;
  readonly by: string;
  readonly at: number;
  readonly restoredFrom?: number;
}

export interface FlowFilter {
  /** Any part of name or description, case not counting; % and _ are plain characters. */
  readonly search?: string;
  /** All of them. */
  readonly tags?: readonly string[];
  /** Only what this one may see; absent: everything. */
  readonly viewer?: FlowViewer;
  /** Of those; default `all`. */
  readonly of?: 'all' | 'mine' | 'shared' | 'public';
}

export interface FlowStore {
  /** It belongs to `owner`, or to who writes the draft. */
  create(
    id: FlowId,
    draft: FlowDraft & { readonly owner?: string },
    audit: AuditEntry,
  ): Promise<FlowRecord>;
  /**
   * Adds a version. A draft with the source of the latest version adds none and gives the flow as
   * it is. Undefined where there is no such flow. FLOW_CHANGED when `ifVersion` is not the latest.
   */
  update(
    id: FlowId,
    draft: FlowDraft,
    options: { readonly ifVersion?: number; readonly audit: AuditEntry },
  ): Promise<FlowRecord | undefined>;
  /** A flow that was deleted is not there, unless `withDeleted` asks: its executions still are. */
  get(id: FlowId, options?: { readonly withDeleted: boolean }): Promise<FlowRecord | undefined>;
  /**
   * The latest where `version` is absent; also of a deleted flow, whose executions may still run.
   */
  version(id: FlowId, version?: number): Promise<FlowVersionRecord | undefined>;
  versions(id: FlowId, page: PageRequest): Promise<Page<Omit<FlowVersionRecord, 'source'>>>;
  list(filter: FlowFilter, page: PageRequest): Promise<Page<FlowRecord>>;
  /** Undefined: no such flow. */
  setAccess(
    id: FlowId,
    change: { readonly isPublic?: boolean; readonly owner?: string; readonly at: number },
    audit: AuditEntry,
  ): Promise<FlowRecord | undefined>;
  /** Hides the flow; versions stay, since executions are explained by them. False: no such flow. */
  remove(id: FlowId, audit: AuditEntry): Promise<boolean>;
}
