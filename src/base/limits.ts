/**
 * Every bound of the server in one place: what is counted, the unit in the name, why the number.
 * A limit that an operator may change is a setting (see `config/`); its default is taken from here.
 */

export interface ValueLimits {
  /** How many lists and maps may lie inside each other. */
  readonly depth: number;
  /** How many members all lists and maps of one value may have together. */
  readonly members: number;
}

export const VALUE_LIMITS: ValueLimits = { depth: 100, members: 5_000_000 };

export const FLOW_TEXT_LIMITS = {
  /** MAX_YAML_SIZE: the size of one flow's text. */
  textBytes: 1024 * 1024,
  depth: 64,
  aliases: 50,
  /** Scalars, lists and maps of one document, aliases counted as often as they are used. */
  documentNodes: 100_000,
  /** Nodes of one flow. */
  flowNodes: 1_000,
  problems: 100,
} as const;

export const TEMPLATE_LIMITS = {
  textBytes: 256 * 1024,
  /** Nesting of expressions and blocks in one template. */
  depth: 100,
  /** Steps of evaluation of one rendering: each node of the tree, each item of a loop or filter. */
  steps: 1_000_000,
  /** Bytes that one rendering may make, intermediate strings and lists included. */
  bytes: 16 * 1024 * 1024,
  /** Macro calls and recursive loops inside each other. */
  calls: 50,
  /** Items of one range(), as in Jinja2's sandbox. */
  rangeItems: 100_000,
  /** What the level `unsafe` multiplies steps and bytes by. */
  unsafeFactor: 10,
  /** Compiled templates kept by text, and the length of all their texts together. */
  cached: 2_000,
  cachedLength: 1024 * 1024,
} as const;

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
} as const;

export const DATA_LIMITS = {
  /** Rows that one join may give: a cross join multiplies its sources. */
  joinRows: 200_000,
  /** The longest wait of one delay node. */
  delayMs: 24 * 60 * 60 * 1000,
} as const;

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

export const SETTINGS_LIMITS = {
  /** One `.env`, sluice.yaml, .tubes.yaml or NAME_FILE file. */
  fileBytes: 64 * 1024,
  /** Folders above the working directory in which `.tubes.yaml` is looked for, as system 1 does. */
  parentFolders: 5,
  /** Characters of a wrong value that a message shows. */
  shownCharacters: 60,
} as const;
