import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src/sandbox/frames.ts';
import { launchNode } from '../../src/sandbox/launch.ts';
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

describe('a process whose server was killed', () => {
  it('ends by itself, in the middle of code that never does', async () => {
    const job = {
      kind: 'run',
      sequence: 1,
      code: 'for (;;);',
      names: [],
      timeoutMs: 300_000,
      memoryBytes: 64 * 1024 * 1024,
      seed: 1,
      nowMs: 1,
    };
    const frame = encodeFrame(job, '{}').toString('base64');
    const args = [launchNode(bundle.workerFile), frame].map((item) => JSON.stringify(item));
    const server = spawn(process.execPath, ['-e', SERVER, ...args]);
    // The process says that it is ready; the job already lies in its pipe.
    const [ready] = await once(server.stdout, 'data');
    expect(String(ready)).toContain('ready');
    server.kill('SIGKILL');
    // The end of the output is the end of the last process that holds it.
    await once(server.stdout, 'close');
  });
});
