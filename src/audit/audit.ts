import type { AccountId } from '../base/index.ts';

/** Something that alerts are judged by; never a secret. */
export type Observation =
  /** A failed sign-in, key or token. */
  | {
      readonly kind: 'failure';
      readonly account: AccountId;
      readonly address: string;
      /** The name that was tried, folded and cut; absent for keys and tokens. */
      readonly name?: string;
    }
  | {
      readonly kind: 'key-used';
      readonly account: AccountId;
      readonly actor: string;
      readonly key: string;
      readonly address: string;
    }
  /** So many things were read: items of lists, exports, values. */
  | {
      readonly kind: 'read';
      readonly account: AccountId;
      readonly actor: string;
      readonly address: string;
      readonly count: number;
    };

export interface AuditReport {
  readonly isIntact: boolean;
  readonly checked: number;
  readonly unsealed: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstBad?: { readonly sequence: number; readonly id?: string; readonly why: string };
  readonly checkpoints: number;
  /** Ed25519, hex. */
  readonly publicKey: string;
}

/** Seals audit rows, keeps them as long as they must be, copies them out, and raises alerts. */
export interface Audit {
  /** Cheap, and never fails: what comes of it happens later. */
  observe(observation: Observation): void;
  verify(account: AccountId): Promise<AuditReport>;
  /** At most AUDIT_LIMITS.exportRecords records with their checkpoints, as lines of JSON. */
  export(account: AccountId, afterSequence: number): Promise<string>;
  readonly publicKey: string;
  /** Seals all that waits; for tests and before the end. */
  sealNow(): Promise<void>;
  close(): Promise<void>;
}
