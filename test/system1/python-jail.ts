import { CODE_LIMITS, PYTHON_LIMITS } from '../../src/base/index.ts';
import type { Capabilities } from '../../src/contract/index.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { bundleWorker } from '../sandbox/worker-bundle.ts';

export interface PythonJail {
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

/** A sandbox with the settings' defaults, from the sources as they are. */
export async function openPythonJail(): Promise<PythonJail> {
  const bundle = await bundleWorker();
  const sandbox = openSandbox({
    programs: bundle.programs,
    jail: 'auto',
    javascriptTimeoutMs: CODE_LIMITS.timeoutMs,
    python: {
      level: 'normal',
      levelMax: 'trusted',
      timeoutMs: PYTHON_LIMITS.timeoutMs,
      outputBytesMax: PYTHON_LIMITS.outputBytes,
      memoryBytesMax: PYTHON_LIMITS.memoryBytesAllowed,
    },
    workers: 2,
  });
  return {
    sandbox,
    async close() {
      await sandbox.close();
      bundle.remove();
    },
  };
}

/** Code in the sandbox, and a workspace of these files. */
export function capabilitiesOf(
  sandbox: Sandbox,
  files: Readonly<Record<string, string>> = {},
): Partial<Capabilities> {
  const read = async (path: string) => Buffer.from(files[path] ?? '');
  return {
    code: {
      javascript: (request) => sandbox.javascript(request, 'test'),
      python: (request) => sandbox.python(request, 'test'),
    },
    files: {
      read,
      async *stream(path) {
        yield await read(path);
      },
      write: async () => 0,
      glob: async () => Object.keys(files),
    },
  };
}
