/** What one execution may do, and how executions are shared out. See index.ts. */

export const ENGINE_LIMITS = {
  /** Visits of one execution. */
  steps: 100_000,
  /** Visits of one execution that run or are skipped; each takes about 150 bytes while it runs. */
  cells: 1_000_000,
  /** Visits of one execution that run at the same time. */
  concurrency: 16,
  concurrencyMax: 1_000,
  /** Visits of one execution that start before the event loop gets a turn. */
  visitsATurn: 256,
  /** Items of one split or foreach. */
  regionItems: 20_000,
  executionMs: 60 * 60 * 1000,
  executionMsMax: 7 * 24 * 60 * 60 * 1000,
  retryAttempts: 20,
  backoffMs: 5 * 60 * 1000,
  /** How long a running visit may take to end after it was told to stop. */
  graceMs: 2_000,
  logLinesAStep: 1_000,
  /** What capabilities tell of their use in all attempts of one visit; the first are kept. */
  eventsAStep: 100,
} as const;

export const DATA_LIMITS = {
  /** Rows that one join may give: a cross join multiplies its sources. */
  joinRows: 200_000,
  /** The longest wait of one delay node. */
  delayMs: 24 * 60 * 60 * 1000,
} as const;

export const DISPATCH_LIMITS = {
  /** A process that has not renewed its lease for so long is taken for dead. */
  leaseMs: 5_000,
  renewMs: 1_000,
  /** How often queued, due and abandoned executions are looked for when nothing tells. */
  pollMs: 500,
  /** Takeovers of one execution, without a step in between, after which it is parked. */
  takeovers: 5,
  /** Executions that one process advances at the same time (EXECUTION_SLOTS). */
  slots: 64,
  slotsMax: 10_000,
  /** What runs may take so long to end when the process is told to stop; then it is handed back. */
  drainMs: 10_000,
  /** An accepted execution that has only done pure work is in the store after so long at most. */
  headerMs: 1_000,
  /** A delay longer than this leaves memory. */
  suspendMs: 1_000,
  /** Executions that wait to start, for one account. */
  queuedAnAccount: 100_000,
  /** How old a count of them may be, and of how many accounts it is kept. */
  queuedCountMs: 1_000,
  queuedCountsKept: 1_000,
  plansCached: 500,
  /** What a process leaves unused of its lease: an effect that begins at its end is still early. */
  leaseMarginMs: 500,
  /** How often executions that keep steps to themselves are looked at; one timer for all. */
  sweepMs: 250,
  /** Text of entries that one write of one execution carries, and from which it is written. */
  unitBytes: 1024 * 1024,
  /** Entries of one execution that wait to be written; beyond it pure steps wait too. */
  gatheredBytes: 4 * 1024 * 1024,
  /** What is kept of an execution that runs here, for those who follow it. */
  recentEntries: 2_000,
  recentBytes: 1024 * 1024,
  /** How often a process compares what it holds with what the store says that it holds. */
  lookBackMs: 5_000,
  /** How long a process that stops waits for writes under way, after it gave up what ran. */
  handBackMs: 1_000,
} as const;
