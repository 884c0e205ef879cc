/** What is kept, and how. See index.ts. */

export const STORE_LIMITS = {
  /** Values up to here stand in their row; larger ones go to the blob store. */
  inlineBytes: 256 * 1024,
  /** One blob. */
  blobBytes: 1024 * 1024 * 1024,
  /** What one write to the database may gather: executions, and bytes of JSON. */
  groupUnits: 500,
  groupBytes: 8 * 1024 * 1024,
  /** Units that wait to be written; more slow their executions down. */
  queuedUnits: 50_000,
  /** How long writes are tried again while the database does not answer; then they fail. */
  outageMs: 60_000,
  /** How long a request is asked again whose connection was lost, while somebody waits for it. */
  askAgainMs: 3_000,
  pageItems: 200,
  pageItemsDefault: 50,
  /** Entries of one execution's journal that are read at a time. */
  entriesAPage: 1_000,
  /** Bytes of entries that are read at a time, but always one write's worth. */
  entriesAPageBytes: 8 * 1024 * 1024,
  searchCharacters: 200,
  /** How long a question after the health of the database may take. */
  checkMs: 2_000,
  /** One statement of the journal or the dispatcher; then its connection is taken for lost. */
  statementMs: 20_000,
  /** Between two tries while the database does not answer: from the first to the second. */
  retryMsMin: 20,
  retryMsMax: 1_000,
  /** What is still being written when the store is closed may take so long. */
  closeMs: 10_000,
  /** Accounts that one claim looks at. */
  claimAccounts: 1_000,
  /** Accounts whose stores stay made. */
  accountsKept: 1_000,
} as const;

export const RETENTION_LIMITS = {
  /** Executions that one transaction removes, and entries of journals, but always one execution. */
  executions: 500,
  entries: 50_000,
  /**
   * What no execution names any more is kept for so long, and what was put again since: by then
   * whoever was about to name it has done so.
   */
  leftBlobMs: 24 * 60 * 60_000,
  /** Contents that are judged at a time, and how often that is done in one turn. */
  leftBlobs: 1_000,
  leftBlobBatches: 10,
  /** Rows of an account that is deleted: in one statement, and until others have their turn. */
  deletionBatch: 1_000,
  deletionRows: 10_000,
  /** Accounts that are looked at in one turn. */
  deletionAccounts: 100,
  /** What runs in an account that is deleted may take so long to end by itself. */
  deletionWaitMs: 30_000,
  /** For so long it is looked again whether somebody who was late wrote to a deleted account. */
  deletionSweepMs: 24 * 60 * 60_000,
} as const;

export const POSTGRES_LIMITS = {
  /** Folders above DATA_DIR that are made with it. */
  folderDepth: 64,
  /** A new cluster, and a start with recovery after a crash: both are slow on a slow disk. */
  initMs: 120_000,
  startMs: 120_000,
  /** A stop that ends sessions, one that gives up what they did, and one by force. */
  stopMs: 15_000,
  quitMs: 5_000,
  killMs: 2_000,
  /** Attempts while the port is taken or the shared memory of a killed one is still in use. */
  startAttempts: 10,
  /** A database that ended by itself is started again after so long, doubled each time. */
  restartMs: 50,
  restartMsMax: 5_000,
  /** After so long without an end the next one counts as the first. */
  stableMs: 60_000,
  /** PostgreSQL's own log: one file of this size and one before it. */
  logBytes: 5 * 1024 * 1024,
  /** What is kept of the output of a program of PostgreSQL, for the message of an error. */
  outputBytes: 16 * 1024,
  /** How long another machine or container may be silent before its data folder is taken over. */
  silenceMs: 10_000,
  heartbeatMs: 1_000,
  /** Turns of taking a data folder against others that try the same. */
  lockAttempts: 20,
  /** DATABASE_POOL_SIZE: connections of one pool of one process. */
  poolSize: 16,
  poolSizeMax: 500,
  connectMs: 5_000,
  statementMs: 10_000,
  /** How much longer than the server's own limit the answer to a statement is waited for. */
  answerMarginMs: 2_000,
  /** An unused connection is closed after so long. */
  idleMs: 60_000,
  /** A transaction in which nothing happens for so long is ended by the server. */
  idleInTransactionMs: 60_000,
} as const;
