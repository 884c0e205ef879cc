import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBinaries } from './binaries.ts';
import { createCluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { findIdentity } from './identity.ts';
import { endOrphan } from './orphan.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';

interface Cluster {
  readonly dataFolder: string;
  start(port?: number): Promise<Postmaster>;
}

async function cluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-orphan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dataFolder = join(folder, 'data');
  const binaries = await findBinaries();
  const identity = await findIdentity(binaries);
  const parts = { binaries, identity, dataFolder };
  await createCluster({ ...parts, superuser: 'postgres', password: 'abc', isSynced: false });
  const start = async (port?: number) => {
    const postmaster = await startPostmaster({
      ...parts,
      port: port ?? (await freePort()),
      settings: {},
    });
    onTestFinished(() => postmaster.stop());
    return postmaster;
  };
  return { dataFolder, start };
}

test('ends a PostgreSQL that an earlier run left behind, so that the next one starts', async () => {
  const { dataFolder, start } = await cluster();
  const orphan = await start();
  // Without that, two would have the same data, which PostgreSQL refuses.
  await expect(start()).rejects.toMatchObject({ kind: 'locked' });
  await endOrphan(dataFolder);
  await orphan.ended;
  await start();
});

test('leaves alone a PostgreSQL of another folder that has the number in the file', async () => {
  const [ours, other] = [await cluster(), await cluster()];
  const stranger = await other.start();
  const file = join(ours.dataFolder, 'postmaster.pid');
  const text = readFileSync(join(other.dataFolder, 'postmaster.pid'), 'utf8');
  writeFileSync(file, text.replaceAll(other.dataFolder, ours.dataFolder));
  await endOrphan(ours.dataFolder);
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  expect(process.kill(stranger.pid, 0)).toBe(true);
});

test('finds nothing to do where nothing was left, or nothing that makes sense', async () => {
  const { dataFolder, start } = await cluster();
  await endOrphan(dataFolder);
  for (const text of ['', '\n', '0\n', '-1\n', '1\n', 'abc\n', '999999999\n']) {
    writeFileSync(join(dataFolder, 'postmaster.pid'), text);
    await endOrphan(dataFolder);
  }
  rmSync(join(dataFolder, 'postmaster.pid'));
  await start();
});

test('tells a port that is taken from other failures', async () => {
  const [first, second] = [await cluster(), await cluster()];
  const port = await freePort();
  await first.start(port);
  await expect(second.start(port)).rejects.toMatchObject({ kind: 'port' });
  writeFileSync(join(second.dataFolder, 'postgresql.conf'), 'nonsense = 1\n');
  await expect(second.start()).rejects.toMatchObject({ kind: 'other' });
});
