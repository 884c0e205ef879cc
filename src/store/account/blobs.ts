import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AccountId, assert, STORE_LIMITS } from '../../base/index.ts';
import { randomToken, sha256Hex } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import type { BlobStore } from '../blob-store.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Content of one account. Paths are made of hashes alone: the account's, so that no text of a
 * person is part of one, and the content's.
 */
export function blobStore(
  folder: string,
  account: AccountId,
  limits: { readonly blobBytes: number } = STORE_LIMITS,
): BlobStore {
  const root = join(folder, sha256Hex(account).slice(0, 32));
  const place = (hash: string) => {
    assert(HASH.test(hash), 'the name of a blob is a SHA-256 in hex');
    return join(root, hash.slice(0, 2), hash);
  };
  return {
    put: async (content) => {
      const bytes = content.byteLength;
      if (bytes > limits.blobBytes) {
        throw new AppError('BLOB_TOO_LARGE', {
          message: `the content has ${bytes} bytes, the limit is ${limits.blobBytes}`,
        });
      }
      const blob = sha256Hex(content);
      // What is there is read, not trusted: a damaged file is replaced by the whole content.
      if ((await readWhole(place(blob), blob, limits)) === undefined) {
        await writeWhole(place(blob), content);
      }
      return { blob, bytes };
    },
    get: async (hash) => {
      const content = HASH.test(hash) ? await readWhole(place(hash), hash, limits) : undefined;
      if (content === undefined) {
        throw new AppError('BLOB_NOT_FOUND', { message: 'there is no such content' });
      }
      return content;
    },
  };
}

/** Undefined where the file is not there or does not hold what its name says. */
async function readWhole(
  path: string,
  hash: string,
  { blobBytes }: { readonly blobBytes: number },
): Promise<Uint8Array | undefined> {
  try {
    if ((await stat(path)).size > blobBytes) return undefined;
    const content = await readFile(path);
    return sha256Hex(content) === hash ? content : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** There whole or not at all, also after a power cut: the file and its folder are synced. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = join(folder, `put-${randomToken(16)}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  for (const made of [folder, dirname(folder)]) await syncFolder(made);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
