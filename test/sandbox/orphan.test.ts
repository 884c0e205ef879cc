import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src/sandbox/frames.ts';
import { launchNode } from '../../src/sandbox/launch-node.ts';
import { descendantsOf, hasComputed, isAlive } from './process-tree.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker();
});
afterAll(() => bundle.remove());

/** A server that gives a process its job and waits; both write to the same standard output. */
const SERVER = `
  const { spawn } = require('node:child_process');
  const [launch, job] = process.argv.slice(1).map((text) => JSON.parse(text));
  const worker = spawn(launch.command, launch.args, {
    cwd: launch.cwd, env: launch.env, stdio: ['pipe', 'inherit', 'ignore'],
  });
  worker.stdin.write(Buffer.from(job, 'base64'));
`;

/** A server with endless code of both languages in the jail. */
const JAILED_SERVER = `
  const [room, programs] = process.argv.slice(1);
  import(room).then(({ openSandbox }) => {
    const levels = { level: 'normal', levelMax: 'normal' };
    const python = { ...levels, timeoutMs: 60_000, outputBytesMax: 1024, memoryBytesMax: 2 ** 30 };
    const sandbox = openSandbox({
      programs: new URL(programs), jail: 'required', workers: 1,
      javascriptTimeoutMs: 60_000, python,
    });
    const call = {
      names: {}, timeoutMs: 60_000, seed: 1, nowMs: 1, signal: new AbortController().signal,
      report() {},
    };
    sandbox.javascript({ ...call, memoryBytes: 64 * 1024 * 1024, code: 'for (;;);' }, 'payer');
    const more = { allowedImports: [], outputBytes: 1024, code: 'while True: pass' };
    sandbox.python({ ...call, ...more }, 'payer');
  });
`;

describe('a process whose server was killed', () => {
  it('ends by itself, in the middle of code that never does', async () => {
    const job = {
      kind: 'run',
      code: 'for (;;);',
      names: [],
      timeoutMs: 300_000,
      memoryBytes: 64 * 1024 * 1024,
      seed: 1,
      nowMs: 1,
      outputBytes: 1024,
    };
    const frame = encodeFrame({ sequence: 1, note: job.timeoutMs }, job, '{}').toString('base64');
    const args = [launchNode(bundle.workerFile), frame].map((item) => JSON.stringify(item));
    const server = spawn(process.execPath, ['-e', SERVER, ...args]);
    // The process says that it is ready; the job already lies in its pipe.
    const [ready] = await once(server.stdout, 'data');
    expect(String(ready)).toContain('ready');
    server.kill('SIGKILL');
    // The end of the output is the end of the last process that holds it.
    await once(server.stdout, 'close');
  });

  it.runIf(existsSync('/usr/bin/bwrap'))(
    'is ended by its jail, with all that is inside',
    async () => {
      const room = join(fileURLToPath(bundle.programs), 'sandbox.mjs');
      await build({
        entryPoints: [fileURLToPath(new URL('../../src/sandbox/index.ts', import.meta.url))],
        ...{ outfile: room, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' },
      });
      const server = spawn(process.execPath, ['-e', JAILED_SERVER, room, bundle.programs.href]);
      const pid = server.pid ?? 0;
      const inside = () => descendantsOf([pid]).filter((each) => each !== pid);
      await expect
        .poll(() => inside().filter(hasComputed).length, { timeout: 25_000 })
        .toBeGreaterThan(1);
      const left = inside();
      server.kill('SIGKILL');
      await expect.poll(() => left.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    },
  );
});
