import type { BlobRef } from '../contract/index.ts';

/**
 * Content by its SHA-256, a folder for each account under DATA_DIR/blobs. A blob is written beside
 * its place, synced and renamed, so that it is there whole or not at all; the same content twice is
 * kept once.
 */
export interface BlobStore {
  /** Errors: BLOB_TOO_LARGE (STORE_LIMITS.blobBytes). */
  put(content: Uint8Array): Promise<BlobRef>;
  /** Errors: BLOB_NOT_FOUND, also for a blob of another account, and for one that was damaged. */
  get(ref: BlobRef['blob']): Promise<Uint8Array>;
}
