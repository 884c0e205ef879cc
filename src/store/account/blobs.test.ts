import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId } from '../../base/index.ts';
import { blobStore } from './blobs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-blobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const account = (name: string) => name as AccountId;
const bytes = (text: string) => Buffer.from(text);
const HASH_OF_HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));

describe('blobs', () => {
  it('are named by their SHA-256 and come back whole', async () => {
    const store = blobStore(join(folder, 'one'), account('a'));
    expect(await store.put(bytes('hello'))).toEqual({ blob: HASH_OF_HELLO, bytes: 5 });
    expect(Buffer.from(await store.get(HASH_OF_HELLO)).toString()).toBe('hello');
    expect(await store.put(new Uint8Array())).toMatchObject({ bytes: 0 });
  });

  it('are kept once, however many write them at once, and leave nothing beside', async () => {
    const root = join(folder, 'many');
    const store = blobStore(root, account('a'));
    await Promise.all(Array.from({ length: 20 }, () => store.put(bytes('hello'))));
    await store.put(bytes('hello'));
    const files = await filesIn(root);
    expect(files).toHaveLength(1);
    const [file = ''] = files;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('of another account are not there', async () => {
    const root = join(folder, 'two');
    await blobStore(root, account('a')).put(bytes('hello'));
    await expect(blobStore(root, account('b')).get(HASH_OF_HELLO)).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
    });
  });

  it('that were damaged are not there, until they are put again', async () => {
    const root = join(folder, 'damaged');
    const store = blobStore(root, account('a'));
    await store.put(bytes('hello'));
    const [file = ''] = await filesIn(root);
    await writeFile(file, 'hellO');
    await expect(store.get(HASH_OF_HELLO)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await store.put(bytes('hello'));
    expect(Buffer.from(await store.get(HASH_OF_HELLO)).toString()).toBe('hello');
  });

  it('are looked for under no name but a hash, and no text of a person is in a path', async () => {
    const root = join(folder, 'names');
    const store = blobStore(root, account('../../outside'));
    await store.put(bytes('hello'));
    for (const file of await filesIn(root)) expect(file.slice(root.length)).toMatch(/^[/0-9a-f]+$/);
    await writeFile(join(root, 'secret'), 'x');
    for (const name of ['', '../secret', `../${HASH_OF_HELLO}`, HASH_OF_HELLO.toUpperCase()]) {
      await expect(store.get(name)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    }
  });

  it('have a largest size', async () => {
    const store = blobStore(join(folder, 'large'), account('a'), { blobBytes: 4 });
    await expect(store.put(bytes('hello'))).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    expect(await store.put(bytes('four'))).toMatchObject({ bytes: 4 });
  });
});
