/** What a copy of the audit holds of one account; sequences are places in its chain. */
export interface AuditCopyChain {
  readonly account: string;
  readonly isIntact: boolean;
  readonly checked: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly checkpoints: number;
  readonly firstBad?: {
    readonly line: number;
    readonly sequence: number;
    readonly id?: string;
    readonly why: string;
  };
  readonly lastMac: string;
}

/** What was found in the file of a copy. */
export interface AuditCopyReport {
  readonly isIntact: boolean;
  readonly lines: number;
  /** The first line that is no line of a copy. */
  readonly firstBadLine?: number;
  readonly accounts: readonly AuditCopyChain[];
  /** Ed25519, hex. */
  readonly publicKey: string;
}

/**
 * Checks the file of a copy with the keys of the settings, without server and database. Errors:
 * FILE_NOT_FOUND, SETTINGS_INVALID.
 */
export type CheckAuditCopy = (path: string) => Promise<AuditCopyReport>;
