/** What nodes may take from the outside. See index.ts. */

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
