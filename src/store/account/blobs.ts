import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AccountId, assert, STORE_LIMITS } from '../../base/index.ts';
import { randomToken, sha256Hex } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import type { BlobStore } from '../blob-store.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Content of one account. Paths are made of hashes alone: the account's, so that no text of a
 * person is part of one, and the content's. The time of a file is when its content was last put.
 */
export function blobStore(
  folder: string,
  account: AccountId,
  limits: { readonly blobBytes: number } = STORE_LIMITS,
): BlobStore {
  const place = (hash: string) => placeOf(folder, account, hash);
  return {
    put: async (content) => {
      const bytes = content.byteLength;
      if (bytes > limits.blobBytes) {
        throw new AppError('BLOB_TOO_LARGE', {
          message: `the content has ${bytes} bytes, the limit is ${limits.blobBytes}`,
        });
      }
      const blob = sha256Hex(content);
      // First of all, so that what is read next is not removed because nothing names it yet.
      await touch(place(blob));
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

/** Removes all content of an account. */
export async function removeContent(folder: string, account: AccountId): Promise<void> {
  await rm(rootOf(folder, account), { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Removes one blob that was last put before a time; false where it was put since. It is set aside
 * before its time is judged: who puts it meanwhile either has touched what is judged, or finds
 * nothing and writes it anew. What a killed process left aside is judged by the next one.
 */
export async function removeBlob(
  folder: string,
  account: AccountId,
  { hash, before }: { readonly hash: string; readonly before: number },
): Promise<boolean> {
  const path = placeOf(folder, account, hash);
  const aside = `${path}.going`;
  const since = await putAt(path);
  if (since !== undefined && since >= before) return false;
  if (since !== undefined) await rename(path, aside).catch(unlessMissing);
  const last = await putAt(aside);
  if (last === undefined) return true;
  const isOld = last < before;
  if (!isOld) await link(aside, path).catch(unlessThere);
  await rm(aside, { force: true });
  return isOld;
}

function rootOf(folder: string, account: AccountId): string {
  return join(folder, sha256Hex(account).slice(0, 32));
}

function placeOf(folder: string, account: AccountId, hash: string): string {
  assert(HASH.test(hash), 'the name of a blob is a SHA-256 in hex');
  return join(rootOf(folder, account), hash.slice(0, 2), hash);
}

/** Milliseconds since 1970; undefined where there is no such file. */
async function putAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(unlessMissing))?.mtimeMs;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(unlessMissing);
}

function unlessMissing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function unlessThere(error: unknown): void {
  if (!hasCode(error, 'EEXIST')) throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
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
    return unlessMissing(error);
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
