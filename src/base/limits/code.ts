/** What untrusted code may take. See index.ts. */

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
  /**
   * A result has at most one member of lists and maps for so many of the bytes that it may have, so
   * 262,144 members go with 10 MB. One takes 200 bytes of memory, and some tenths of a microsecond
   * each time that something writes all of the value, which the journal does without a pause.
   */
  outputBytesAMember: 40,
  /** Members of one map of a result: a larger one is not built without a pause. */
  outputKeys: 100_000,
  /** A value with so many members or fewer is written in one go, and else in slices. */
  wholeMembers: 5_000,
  /** How long a slice may hold up what else the server does. */
  sliceMs: 5,
  logBytes: 64 * 1024,
  logLines: 1_000,
  /** Characters that are kept of an error's name and message, and of its stack. */
  errorText: 2_000,
  workers: 2,
  workersMax: 64,
  /**
   * Of one language, processes that ran code of some account and wait for more of it. Whoever
   * waited longest is ended for one more. A jailed one holds about 25 MB of its own.
   */
  idleOwned: 8,
  callsAWorker: 5_000,
  /** A process this near its share of calls has a spare started, which is ready when it ends. */
  wornCalls: 200,
  /**
   * A call that has run so long gets a spare process started beside it. Shorter ones need none:
   * their own process is free again before a spare could be ready.
   */
  spareAfterMs: 10,
  /** After so many failed starts in a row, nothing is started but for a new call, once each. */
  failedStarts: 3,
  /** Calls that wait for a worker. */
  queued: 10_000,
  /** Of them, what one account's calls may take up. */
  queuedAPayer: 5_000,
  /** Descriptors that this server was started with; with more, no code runs. */
  inheritedDescriptors: 1_024,
  inheritedHighest: 65_535,
  /** Trials of the jail that did not end; after so many, code is refused until the next start. */
  trials: 5,
  /** How long a process may take to be ready for its first call. */
  startMs: 10_000,
  /**
   * How long a frame of a process may stand still once it has begun. A large result on a busy
   * machine comes in pieces, and each of them counts as progress.
   */
  frameStallMs: 10_000,
  /** A process that ends by itself so soon after it was given a job was ending before. */
  endingMs: 50,
  /**
   * How long after its deadline a call may still end by itself, before its process is killed: a
   * share of its time, but at least so much that a busy machine does not cut off its lines.
   */
  killMarginShare: 0.1,
  killMarginMsMin: 25,
  /** The most of it. */
  killMarginMs: 250,
  /** How long what was killed inside of a jail may take to give its memory back. */
  insideEndsMs: 2_000,
  /** A process that writes more to standard error costs the server time, and is killed. */
  stderrBytes: 1024 * 1024,
  /** Characters of it that are kept, for the private cause of its end. */
  stderrKept: 4_096,
} as const;

/** How long after its deadline a call of so many milliseconds may still end by itself. */
export function killMarginMs(timeoutMs: number): number {
  const { killMarginShare, killMarginMsMin, killMarginMs: most } = CODE_LIMITS;
  return Math.min(most, Math.max(killMarginMsMin, timeoutMs * killMarginShare));
}

/** Of Python, where it differs; sizes are in bytes. */
export const PYTHON_LIMITS = {
  timeoutMs: 30_000,
  timeoutMsMin: 1_000,
  timeoutMsMax: 300_000,
  /** What the code may take on top of what the interpreter has before any code runs. */
  memoryBytes: 100 * 1024 * 1024,
  memoryBytesMin: 8 * 1024 * 1024,
  memoryBytesMax: 4 * 1024 * 1024 * 1024,
  /** CODE_MEMORY_SIZE: what a flow may ask for, unless the operator says otherwise. */
  memoryBytesAllowed: 1024 * 1024 * 1024,
  /** For code at the level trusted that sets none: tables of numbers are large. */
  trustedMemoryBytes: 512 * 1024 * 1024,
  outputBytesMin: 1024,
  outputBytes: 10 * 1024 * 1024,
  outputBytesMax: 100 * 1024 * 1024,
  /** Names in `allowed_imports` of one node. */
  allowedImports: 50,
} as const;

/** Of the jail around a process that runs code. */
export const JAIL_LIMITS = {
  /** Of the interpreter and of what it may open; QuickJS in Node holds about twenty. */
  descriptors: 64,
  /** Threads of all jailed processes of one host user together; Node has eleven in each. */
  threads: 4_096,
  /** Processes and threads of one jailed process, where control groups count them. */
  threadsAGroup: 64,
  /** One of our own program files: they are written to the jail's memory before it is sealed. */
  fileBytes: 16 * 1024 * 1024,
  /** What a jailed process has of memory besides what its code may take. */
  groupBytesOver: 256 * 1024 * 1024,
  /** One trial of the jail, or one probe of the self-test. */
  trialMs: 10_000,
  /** What a trial may print. */
  trialBytes: 256 * 1024,
  /** Links followed on the way to one file. */
  links: 40,
} as const;
