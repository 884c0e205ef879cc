/** What nodes may take from the outside. See index.ts. */

export const CODE_LIMITS = {
  codeBytes: 256 * 1024,
  timeoutMs: 5_000,
  timeoutMsMax: 300_000,
  /** What the interpreter needs before any code runs, in its own stack, tables and built-ins. */
  memoryBytesMin: 16 * 1024 * 1024,
  memoryBytes: 64 * 1024 * 1024,
  memoryBytesMax: 512 * 1024 * 1024,
  /** All variables that one call is given, as JSON. */
  inputBytes: 32 * 1024 * 1024,
  outputBytes: 10 * 1024 * 1024,
  logBytes: 64 * 1024,
  logLines: 1_000,
  /** Characters that are kept of an error's name and message, and of its stack. */
  errorText: 2_000,
  workers: 2,
  callsAWorker: 500,
  /** Calls that wait for a worker. */
  queued: 10_000,
  /** How long a process may take to be ready for its first call. */
  startMs: 10_000,
  /** How long after its deadline a call may still end by itself; then its process is killed. */
  killMarginMs: 250,
} as const;

export const HTTP_LIMITS = {
  timeoutMs: 30_000,
  timeoutMsMax: 300_000,
  /** After inflation. */
  responseBytes: 10 * 1024 * 1024,
  requestBytes: 10 * 1024 * 1024,
  headerBytes: 64 * 1024,
  redirects: 5,
} as const;

export const FILE_LIMITS = {
  /** FILE_SECURITY_MAX_SIZE_MB. */
  fileBytes: 100 * 1024 * 1024,
  filesAPattern: 1_000,
  entriesWalked: 50_000,
  walkDepth: 32,
  records: 1_000_000,
} as const;
