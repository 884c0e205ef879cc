import type { FlowId } from '../base/index.ts';
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
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
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
}

/** A version about to be written; name, description and tags are those that its text gives. */
export interface FlowDraft {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly format: 'yaml' | 'json';
  readonly source: string;
  readonly hash: string;
  readonly by: string;
  readonly at: number;
  readonly restoredFrom?: number;
}

export interface FlowFilter {
  /** Any part of name or description, case not counting; % and _ are plain characters. */
  readonly search?: string;
  /** All of them. */
  readonly tags?: readonly string[];
}

export interface FlowStore {
  create(id: FlowId, draft: FlowDraft, audit: AuditEntry): Promise<FlowRecord>;
  /**
   * Adds a version. A draft with the source of the latest version adds none and gives the flow as
   * it is. Undefined where there is no such flow. FLOW_CHANGED when `ifVersion` is not the latest.
   */
  update(
    id: FlowId,
    draft: FlowDraft,
    options: { readonly ifVersion?: number; readonly audit: AuditEntry },
  ): Promise<FlowRecord | undefined>;
  get(id: FlowId): Promise<FlowRecord | undefined>;
  /**
   * The latest where `version` is absent; also of a deleted flow, whose executions may still run.
   */
  version(id: FlowId, version?: number): Promise<FlowVersionRecord | undefined>;
  versions(id: FlowId, page: PageRequest): Promise<Page<Omit<FlowVersionRecord, 'source'>>>;
  list(filter: FlowFilter, page: PageRequest): Promise<Page<FlowRecord>>;
  /** Hides the flow; versions stay, since executions are explained by them. False: no such flow. */
  remove(id: FlowId, audit: AuditEntry): Promise<boolean>;
}
