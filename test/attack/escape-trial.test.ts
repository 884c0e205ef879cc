import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../src/sandbox/index.ts';
import { findJail, javascriptProgram } from '../../src/sandbox/jail/index.ts';
import { NO_JAIL, requestOf, sandboxOptions } from '../sandbox/run-code.ts';
import { bundleWorker, type WorkerBundle } from '../sandbox/worker-bundle.ts';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker();
}, 60_000);
afterAll(() => bundle.remove());

/** Of a probe that gave no answer, as on a machine that is too busy. */
const SILENT = {
  attack: 'read',
  isStopped: false,
  met: 'the probe does not tell: it did not end in time',
};

describe('a jail that is there, and was too slow once', () => {
  it('is not done without for the rest of the server’s life', async () => {
    let trials = 0;
    const sandbox = openSandbox(sandboxOptions(bundle.programs), {
      ...NO_JAIL,
      findJail: () => findJail(),
      javascriptProgram: () => javascriptProgram(bundle.programs),
      selfTest: async () => {
        trials += 1;
        return trials === 1 ? [SILENT] : [{ ...SILENT, isStopped: true }];
      },
    });
    const used: string[] = [];
    for (const _ of [1, 2]) {
      const report = ({ jail }: { readonly jail: string }) => used.push(jail);
      await sandbox.javascript(requestOf('return 1', { report }), 'a').catch(() => undefined);
    }
    await sandbox.close();

    expect(used.at(-1)).toBe('kernel');
  });
});
