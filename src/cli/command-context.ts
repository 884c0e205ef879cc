import type { JailPosture } from '../contract/index.ts';
import type { CheckAuditCopy } from './audit/audit-copy.ts';
import type { Local } from './local.ts';
import type { Remote } from './remote.ts';
import type { Terminal } from './terminal.ts';
import type { Claims } from './verify-command.ts';

/** What the commands share: where to write, what to work with, the time, and how to be stopped. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly local: Local;
  readonly remote: Remote;
  /** Aborts when the person asks to stop (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
  /** Of this program. */
  readonly version: string;
  /** How the person calls us, for the hints; default is `sluice`. */
  readonly command?: string;
  now(): number;
  /** The table of claims; absent where the program has no scripts beside it. */
  readonly claims?: () => Promise<Claims>;
  /** How code is held on this machine; absent where this program runs none. */
  readonly posture?: () => Promise<JailPosture>;
  /** Checks the file of an audit's copy; absent where this program cannot. */
  readonly auditCopy?: CheckAuditCopy;
}
