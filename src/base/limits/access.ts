/** Who may do what, how often, and for how long. See index.ts. */

export const ACCESS_LIMITS = {
  usernameCharactersLeast: 2,
  usernameCharacters: 100,
  displayNameCharacters: 100,
  emailCharacters: 254,
  descriptionCharacters: 500,
  /** Of a flow that is saved here; a flow that runs from a file may have a longer name. */
  flowNameCharacters: 100,
  /** Bytes in UTF-8; bcrypt looks at 72 and no more, so more is refused (ASVS 5.0 6.2.9). */
  passwordBytesLeast: 8,
  passwordBytes: 72,
  /** What is read of a password before it is judged. */
  passwordCharactersRead: 1_024,
  /** Passwords that are hashed at once in one process; the others wait. */
  passwordHashesAtOnce: 2,
  /** That wait; one more is asked to come again later. */
  passwordHashesWaiting: 64,
  /** How long HTTP Basic takes a password that was right for right without hashing it again. */
  basicMs: 60_000,
  basicKept: 1_000,
  /** Failures in a row of one name after which it must wait, and from which the wait doubles. */
  failuresFree: 5,
  failureWaitMs: 30_000,
  /** The longest such wait: a lock-out that ends by itself. */
  failureWaitMsMax: 15 * 60_000,
  /** A name that has not failed for so long begins anew. */
  failuresForgottenMs: 24 * 60 * 60_000,
  accessTokenMinutes: 30,
  refreshTokenDays: 30,
  /** A clock of another machine may be so far off. */
  clockSkewMs: 30_000,
  tokenCharacters: 4_096,
  /** Those that have not ended; the oldest one ends when there would be one more. */
  sessionsAPerson: 50,
  /** How often a session that is used notes that it was. */
  sessionSeenMs: 60_000,
  agentCharacters: 200,
  resetTokenMs: 60 * 60_000,
  invitationDaysMax: 30,
  ticketMs: 30_000,
  /** Tickets of one principal that were not used. */
  ticketsAPrincipal: 100,
  linkDaysMax: 365,
  linksAFlow: 100,
  sharesAFlow: 1_000,
  rolesAnAccount: 100,
  keysAPerson: 100,
  networksAKey: 50,
  /** After so many days a key is due for rotation (claim G5.288). */
  keyAgeDays: 90,
  databasePasswordAgeDays: 180,
  keyGraceMinutesMax: 7 * 24 * 60,
  minutesAMonthMax: 10_000_000,
  concurrentExecutionsMax: 10_000,
  usageMonths: 12,
  /** How often what keys were used for is written down. */
  usageFlushMs: 5_000,
  usageKeys: 10_000,
  /** How often open sockets and streams are judged again. */
  watchMs: 2_000,
  /** How often what is queued or waits is judged again. */
  queuedWatchMs: 2_000,
  /** Groups of one starter, flow and key: of one question, and questions of one look. */
  queuedGroups: 5_000,
  queuedQuestions: 100,
  /** Of one group that one look cancels; the next one goes on. */
  queuedCancelled: 2_000,
  /** Identities that one question to the database may ask for. */
  identitiesAQuestion: 500,
  /** Such questions under way in one process; who asks meanwhile shares the next one. */
  identityQuestionsAtOnce: 2,
  /** Origins, networks and proxies of one list in the settings. */
  listItems: 500,
} as const;

/** Requests of one window; `api` is what RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW say. */
export const RATE_LIMITS = {
  api: { amount: 100, windowMs: 60_000 },
  create: { amount: 10, windowMs: 60_000 },
  upload: { amount: 10, windowMs: 60_000 },
  'sign-in': { amount: 5, windowMs: 60_000 },
  'jobs-address': { amount: 100, windowMs: 60 * 60_000 },
  'jobs-key': { amount: 1_000, windowMs: 60 * 60_000 },
} as const;

export const RATE_STORE_LIMITS = {
  /** Buckets in memory; the one that is fullest again goes when there would be one more. */
  buckets: 100_000,
  /** One question to Redis. */
  redisMs: 500,
  redisConnectMs: 2_000,
  /** An account has so many times what one of its people has. */
  accountFactor: 10,
  /** All keys of one person together have so many times what one of them has. */
  keysFactor: 2,
} as const;

export const AUDIT_LIMITS = {
  /** Records of one seal, and of one reading while the chain is checked. */
  sealRecords: 1_000,
  sealMs: 500,
  /** Accounts of one look at what waits for a seal or a copy, and batches of one turn. */
  sealAccounts: 200,
  sealRounds: 50,
  exportRecords: 10_000,
  /** A page ends after these, so that it fits in memory whatever its records hold. */
  exportCharacters: 8 * 1024 * 1024,
  /** Denials that wait to be written; more are counted in the next record. */
  denialsWaiting: 10_000,
  denialsAWrite: 500,
  retentionMs: 60 * 60_000,
  /** How often accounts that were deleted are looked for. */
  accountsMs: 3_000,
  retentionRows: 1_000,
  /** Between two batches that are removed, and how many of one turn. */
  retentionPauseMs: 50,
  retentionBatches: 10_000,
  /** Events that wait for the second sink; more are sent later, from the database. */
  sinkRecords: 10_000,
  /** A pause after failures grows from sealMs by so many doublings: to 256 s. */
  sinkDoublings: 9,
  /** Records of one request to AUDIT_WEBHOOK, and the size above which there are fewer. */
  webhookRecords: 500,
  webhookBytes: 1024 * 1024,
  /** A process that sends and dies is replaced after this. */
  deliveryMs: 120_000,
  /** What a file without a line break may hold at its end. */
  lineBytes: 16 * 1024 * 1024,
  webhookMs: 10_000,
  webhookTries: 5,
  detailsCharacters: 8_192,
  alertKeys: 10_000,
  /** Parts of ALERT_WINDOW by which it slides. */
  alertSlots: 12,
  /** Alerts that wait to be recorded and sent; more are only logged. */
  alertsWaiting: 1_000,
  alertRetryMs: 1_000,
} as const;
