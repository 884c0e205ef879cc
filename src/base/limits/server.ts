/** What the server takes from others, and gives. See index.ts. */

export const SERVER_LIMITS = {
  /** MAX_REQUEST_SIZE. */
  requestBytes: 10 * 1024 * 1024,
  /** What has arrived of all bodies together and is not answered yet. */
  bodyBytesAtOnce: 256 * 1024 * 1024,
  headerBytes: 16 * 1024,
  urlBytes: 8 * 1024,
  requestMs: 30_000,
  /** The longest `?wait=`. */
  waitMs: 5 * 60_000,
  /**
   * Connections that wait to be taken; the system may allow fewer. Node's own 511 loses some when
   * all listeners of a server that was started again come back at the same time.
   */
  connectionBacklog: 4_096,
  /** Listeners of one process, by SSE and WebSocket together. */
  listeners: 5_000,
  /** Of these, what one person with all their keys, or one key of nobody, may take. */
  listenersAnOwner: 1_000,
  subscriptionsASocket: 100,
  socketMessageBytes: 64 * 1024,
  /** A listener that has not taken what was sent to it for so long is cut. */
  stalledMs: 10_000,
  /** Bytes that may wait in one listener's socket. */
  bufferedBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  /** What one listener is given at a time; the next waits until this was taken. */
  listenerWriteBytes: 64 * 1024,
  /** What listeners are asked to wait before they connect again. */
  listenerRetryMs: 1_000,
  /** A listener may take so long to leave when it is told to; then its connection is cut. */
  listenerCloseMs: 2_000,
  /** Messages of one socket that wait for their turn. */
  socketMessagesWaiting: 1_000,
  /** Refused messages of one socket, each good one taking one away; then it is closed. */
  badMessagesASocket: 20,
  /** How often executions that another process advances are looked at for listeners here. */
  followPollMs: 250,
  idempotencyKeyCharacters: 200,
  requestIdCharacters: 64,
  /** A page of steps or logs ends early when it has so much text. */
  answerBytes: 8 * 1024 * 1024,
  /** Entries of a journal that one request may look at. */
  entriesARequest: 20_000,
  /** How long one look at the database's health is good for all who ask. */
  healthMs: 1_000,
  /** Trying the jail takes less; who asks for the details is not kept waiting for longer. */
  postureMs: 2_000,
  /** Problems of one request that are listed. */
  issuesShown: 20,
  /** How often requests that arrive too slowly are looked for. */
  slowRequestCheckMs: 1_000,
  shutdownMs: 15_000,
  /** Meanwhile connections that say nothing are looked for so often. */
  closeSweepMs: 100,
} as const;

export const CLIENT_LIMITS = {
  /** The whole answer of one call must be there after so long; `?wait=` comes on top. */
  answerMs: 30_000,
  /** Characters of one answer. */
  answerCharacters: 128 * 1024 * 1024,
  /** Characters of one event, and of one line of a stream. */
  eventCharacters: 32 * 1024 * 1024,
  /** A stream of events that is silent for so long is taken for dead: three missed heartbeats. */
  silenceMs: 45_000,
  /** Connections in a row that may fail before following gives up. */
  reconnects: 12,
  /** The first wait before connecting again; each doubles the one before. */
  reconnectMs: 500,
  reconnectMsMax: 15_000,
} as const;

export const SETTINGS_LIMITS = {
  /** One `.env`, sluice.yaml, .tubes.yaml or NAME_FILE file. */
  fileBytes: 64 * 1024,
  /** Folders above the working directory in which `.tubes.yaml` is looked for, as system 1 does. */
  parentFolders: 5,
  /** Characters of a wrong value that a message shows. */
  shownCharacters: 60,
} as const;

export const SECRET_LIMITS = {
  characters: 32,
  charactersMax: 4_096,
  differentCharacters: 8,
  /** What must be left when words, years and runs are taken out. */
  unpredictableCharacters: 20,
  /** Secrets are written with this many random bytes. */
  generatedBytes: 32,
  /** Passwords of databases: claim G5.272. */
  databasePasswordCharacters: 32,
} as const;

export const LOG_LIMITS = {
  depth: 8,
  /** Items of one list, and members of one object. */
  members: 100,
  /** Values in all. */
  values: 2_000,
  textCharacters: 8_192,
  /** Characters of all texts of one line together. */
  lineCharacters: 64 * 1024,
  /** Lines wait in memory up to here for a slow reader; then they are dropped and counted. */
  bufferedBytes: 1024 * 1024,
  /** Secrets that one redactor looks for. */
  secrets: 1_000,
  /** Shorter values would blacken ordinary words. */
  secretCharacters: 8,
  /** Errors that nobody caught which are told of before the process has ended. */
  uncaughtLines: 20,
  /** After the first of them all else may take so long to end. */
  uncaughtEndMs: 30_000,
} as const;
