import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSandbox } from '../../src/sandbox/open-sandbox.ts';
import { NO_JAIL, requestOf, sandboxOptions } from './run-code.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

/** Code without a jail, in a server that runs as root. */
let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker();
});
afterAll(() => bundle.remove());

const isRootOnLinux = process.getuid?.() === 0 && process.platform === 'linux';

interface Ran {
  /** Users and groups of the process, as /proc shows them. */
  readonly ids: readonly string[];
  readonly warnings: readonly string[];
}

async function runOnce(): Promise<Ran> {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const sandbox = openSandbox({ ...sandboxOptions(bundle.programs), warn }, NO_JAIL);
  for (const _ of [1, 2]) {
    const { value } = await sandbox.javascript(requestOf('return 1'), 'payer');
    expect(value).toBe(1);
  }
  const status = readFileSync(`/proc/${sandbox.pids[0]}/status`, 'latin1');
  await sandbox.close();
  const ids = ['Uid', 'Gid', 'Groups', 'CapEff'].map((name) => {
    const line = status.split('\n').find((each) => each.startsWith(`${name}:`)) ?? '';
    return line
      .slice(name.length + 1)
      .trim()
      .replaceAll('\t', ' ');
  });
  return { ids, warnings };
}

it.runIf(isRootOnLinux)('has neither user, groups nor rights of root', async () => {
  const { ids, warnings } = await runOnce();
  const nobody = '65534 65534 65534 65534';
  expect(ids).toEqual([nobody, nobody, '', '0000000000000000']);
  expect(warnings).toHaveLength(1);
});

it.runIf(isRootOnLinux)('runs as root where only root can read it, with one warning', async () => {
  const folder = fileURLToPath(bundle.programs);
  chmodSync(folder, 0o700);
  const { ids, warnings } = await runOnce();
  chmodSync(folder, 0o755);
  expect(ids[0]).toBe('0 0 0 0');
  expect(warnings.filter((each) => each.includes('as root'))).toEqual([
    'JavaScript runs without a jail and as root, like this server: ' +
      `not every user can read ${bundle.workerFile}`,
  ]);
});
